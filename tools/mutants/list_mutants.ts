/** Finds the mutants of source files. */

export interface Mutant {
  /** Relative to the project. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The line without the blanks around it: with the file and the change, it names the mutant after other lines moved. */
  readonly text: string;
  /** `=== → !==` */
  readonly change: string;
  /** In UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

const PLUGIN = new URL("plugin.ts", import.meta.url).pathname;

export async function listMutants(root: string, files: readonly string[]): Promise<Mutant[]> {
  const config = await Deno.makeTempFile({ suffix: ".json" });
  const lint = { plugins: [PLUGIN], rules: { tags: [], include: ["mutants/find"] } };
  await Deno.writeTextFile(config, JSON.stringify({ lint }));
  const command = new Deno.Command(Deno.execPath(), {
    args: ["lint", "--json", "--config", config, ...files],
    cwd: root,
    stderr: "inherit",
  });
  const { stdout } = await command.output();
  await Deno.remove(config);
  const found = JSON.parse(new TextDecoder().decode(stdout)) as {
    readonly diagnostics: readonly { readonly filename: string; readonly message: string }[];
    readonly errors: readonly unknown[];
  };
  if (found.errors.length > 0) throw new Error(`deno lint failed: ${JSON.stringify(found.errors)}`);
  const sources = new Map<string, string>();
  for (const file of files) sources.set(file, await Deno.readTextFile(`${root}/${file}`));
  const mutants = found.diagnostics.map(({ filename, message }) => {
    const file = new URL(filename).pathname.slice(root.length + 1);
    const { start, end, replacement } = JSON.parse(message) as Pick<Mutant, "start" | "end" | "replacement">;
    return describe(file, sources.get(file) ?? "", start, end, replacement);
  });
  return mutants.sort((a, b) => a.file < b.file ? -1 : a.file > b.file ? 1 : a.start - b.start);
}

function describe(file: string, source: string, start: number, end: number, replacement: string): Mutant {
  const from = source.lastIndexOf("\n", start - 1) + 1;
  const to = source.indexOf("\n", start);
  return {
    file,
    line: source.slice(0, start).split("\n").length,
    text: source.slice(from, to < 0 ? source.length : to).trim(),
    change: `${short(source.slice(start, end))} → ${short(replacement) || "nothing"}`,
    start,
    end,
    replacement,
  };
}

function short(code: string): string {
  const line = code.replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
