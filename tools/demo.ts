/**
 * The main job on a real example: a daemon in a temporary home, a session log that grows while you watch, and its
 * recording. Ends with status 1 if the recording is not as it should be. The home is removed at the end, unless
 * `--keep` is given or something went wrong.
 */
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { keep: { type: "boolean", default: false } } });
const root = new URL("..", import.meta.url).pathname;
const home = await Deno.makeTempDir({ prefix: "kato-demo-" });
const logs = `${home}/.claude/projects/-home-ada-work-parser`;
const session = "5f0c9a1e-7d42-4b6b-9d0e-3c1a2b4d5e6f";
const exports = `${home}/.kato/exports`;
const bold = Deno.stdout.isTerminal() && !Deno.noColor
  ? (text: string) => `\x1b[1m${text}\x1b[0m`
  : (text: string) => text;

/** As a person would type it; the demo's home holds everything, but the package cache stays where it is. */
function kato(...args: string[]): Deno.Command {
  const cache = Deno.env.get("DENO_DIR") ??
    `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}/deno`;
  return new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "--config", `${root}deno.json`, "kato", ...args],
    env: { HOME: home, DENO_DIR: cache },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

async function show(...args: string[]): Promise<string> {
  console.log(bold(`\n$ kato ${args.join(" ")}`));
  const { code, stdout, stderr } = await kato(...args).output();
  const text = new TextDecoder().decode(stdout);
  console.log(text.trimEnd());
  if (code !== 0) throw new Error(`kato ${args[0]} ended with ${code}: ${new TextDecoder().decode(stderr)}`);
  return text;
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** A row of the log in one line. */
function describe(row: string): string {
  const { type, message } = JSON.parse(row) as { type: string; message: { content: unknown } };
  const { content } = message;
  const [block] = Array.isArray(content) ? content as Record<string, unknown>[] : [];
  const said = typeof content === "string"
    ? content
    : String(block?.["text"] ?? block?.["name"] ?? block?.["type"]);
  return `${type === "user" && typeof content === "string" ? "you type " : `${type.padEnd(8)} `} ${
    said.replaceAll("\n", " ⏎ ").slice(0, 78)
  }`;
}

/** With the present time: kato obeys no command of a log that came late. */
function asOfNow(row: string): string {
  return JSON.stringify({ ...JSON.parse(row), timestamp: new Date().toISOString() });
}

Deno.mkdirSync(logs, { recursive: true });
console.log(bold("kato demo"));
console.log(`A home of its own: ${home}`);

const daemon = kato("daemon").spawn();
try {
  await until("the daemon", () => read(`${home}/.kato/state/status.json`).includes('"watching"'));
  console.log("The daemon runs. A coding agent's log grows, one row at a time:\n");

  const shown = new Map<string, number>();
  for (const row of read(`${root}fixtures/demo/session.jsonl`).trimEnd().split("\n")) {
    console.log(`  ${describe(row)}`);
    Deno.writeTextFileSync(`${logs}/${session}.jsonl`, `${asOfNow(row)}\n`, { append: true });
    await new Promise((resolve) => setTimeout(resolve, 60));
    for (const name of ["notes/last-line.md", "whole-session.md"]) {
      const size = read(`${exports}/${name}`).length;
      if (size > (shown.get(name) ?? 0)) console.log(`             → ${name}: ${size} characters`);
      shown.set(name, size);
    }
  }
  await until("the recordings", () => {
    const { recordings } = JSON.parse(read(`${home}/.kato/state/status.json`)) as {
      recordings: { state: string }[];
    };
    return recordings.length === 2 && recordings.every(({ state }) => state === "stopped");
  });

  console.log(bold(`\nWhat ::record wrote, until ::stop — ${exports}/notes/last-line.md\n`));
  const notes = read(`${exports}/notes/last-line.md`);
  console.log(notes.trimEnd());
  const whole = read(`${exports}/whole-session.md`);
  await show("status");
  await show("sessions");
  await show("audit", "tail", "-n", "20");
  await show("audit", "verify");

  const mode = ((Deno.lstatSync(`${exports}/whole-session.md`).mode ?? 0) & 0o777).toString(8);
  const facts: readonly (readonly [string, boolean])[] = [
    ["the recording begins where ::record was typed", !notes.includes("Where does the parser drop")],
    ["it ends where ::stop was typed, and what was private stayed so", !notes.includes("release on Friday")],
    ["a ::stop in the model's answer stopped nothing", notes.includes("Nothing more for the notes.")],
    [
      "::capture wrote the whole session",
      whole.includes("Where does the parser drop") && whole.includes("Friday"),
    ],
    [
      "::export to a forbidden place wrote nothing and is in the audit log",
      !read("/etc/passwd.md").includes("kato"),
    ],
    ["files are yours alone", mode === "600"],
  ];
  console.log();
  for (const [fact, holds] of facts) console.log(`${holds ? "✓" : "✗"} ${fact}`);
  if (facts.some(([, holds]) => !holds)) Deno.exitCode = 1;
} finally {
  daemon.kill("SIGTERM");
  const { code } = await daemon.output();
  console.log(`\nThe daemon was told to stop, and ended with status ${code}.`);
  if (code !== 0) Deno.exitCode = 1;
}
if (values.keep || Deno.exitCode !== 0) {
  console.log(`Look around: recordings in ${exports}, audit log in ${home}/.kato/logs`);
  console.log(`When you have seen it: rm -r ${home}`);
} else {
  Deno.removeSync(home, { recursive: true });
  console.log("All that the demo made was removed; 'deno task demo --keep' leaves it to look at.");
}
console.log(`
${bold("Next")}
  deno task build                  an installation in dist: needs npm, and a C compiler with make
  dist/bin/kato sessions           what there is to record on this machine
  dist/bin/kato daemon             record what you say in your chats; Ctrl-C ends it
  deno task package                a .deb and .rpm, with the service: docs/install.md says how to go on`);
