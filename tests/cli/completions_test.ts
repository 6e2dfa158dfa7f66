/** Completions, typed into real shells: what a Tab makes of a line. A shell that is not here is skipped. */
import assert from "node:assert/strict";
import { completionsFor } from "../../src/cli/completions/completions.ts";
import { listShapes, readShape } from "../../src/cli/completions/shape.ts";
import { onlyWith, program } from "../needs.ts";

/** What `kato sessions` says. */
const SESSIONS = `  ID        PROVIDER     PROJECT         TITLE                      SIZE     AGE
● 5d8aa099  claude-code  garden          Plant $(touch owned): red  865 B     1 h
  7e01bb11  codex        shed            It's "done"                862 B     3 d
`;

/** What is typed, and what its last word becomes. In the folder are `a file.md`, `folder` and `forest.txt`. */
const CASES = [
  ["kato exp", "export"],
  ["kato policy sh", "show"],
  ["kato audit ta", "tail"],
  ["kato audit verify --arch", "--archived"],
  ["kato audit verify-all fo", "folder"],
  ["kato export --format j", "jsonl"],
  ["kato export -o forest", "forest.txt"],
  ["kato export --file a", "a file.md"],
  ["kato export --include thinking,ag", "thinking,agents"],
  ["kato sessions --provider g", "gemini"],
  ["kato sessions --project fo", "folder"],
  ["kato policy check --as o", "organisation"],
  ["kato policy check for", "forest.txt"],
  ["kato policy check --js", "--json"],
  ["kato completions z", "zsh"],
  ["kato help exp", "export"],
  ["kato export 7", "7e01bb11"],
  ["kato stop 5d", "5d8aa099"],
  ["kato record 5d8aa099 5", "5"],
  // A command's name as another's argument means nothing.
  ["kato record audit --prov", "--provider"],
  ["kato --vers", "--version"],
  // Nothing is offered that only the launcher says.
  ["kato --plan", "--plan"],
] as const;

/** After a folder's name some shells write one, and some take it away again. */
function withoutSlash(word: string): string {
  return word.replace(/\/$/, "");
}

function makeFolder(): string {
  const folder = Deno.makeTempDirSync({ prefix: "kato-completions-" });
  Deno.writeTextFileSync(`${folder}/a file.md`, "");
  Deno.writeTextFileSync(`${folder}/forest.txt`, "");
  Deno.mkdirSync(`${folder}/folder`);
  return folder;
}

/** A session's title says whatever the person or the model wrote. */
function assertNothingRan(folder: string): void {
  assert.ok(![...Deno.readDirSync(folder)].some(({ name }) => name === "owned"), "a title was run");
}

interface Shell {
  readonly name: "bash" | "zsh";
  readonly command: string;
  /** What loads the completions from the file `completions` in the working folder. */
  readonly load: string;
}

const SHELLS: readonly Shell[] = [
  { name: "bash", command: "bash --norc --noprofile -i", load: ". ./completions" },
  {
    name: "zsh",
    command: "zsh -f -i",
    load: "mkdir f; cp completions f/_kato; fpath=($PWD/f $fpath); autoload -U compinit; compinit -u -D",
  },
];

/** What `kato` is called with as its last word when a person types each of `lines`, a Tab, and Enter. */
async function typeInto({ name, command, load }: Shell, lines: readonly string[]): Promise<string[]> {
  const folder = makeFolder();
  try {
    Deno.writeTextFileSync(`${folder}/completions`, completionsFor(name));
    Deno.writeTextFileSync(`${folder}/sessions`, SESSIONS);
    const kato =
      `kato() { if [ "$*" = "sessions --limit 50" ]; then cat sessions; else printf '%s\\n' "\${@: -1}" >> said; fi; }`;
    const keys = [load, kato, ...lines.map((line) => `${line}\t`), "exit"].join("\n") + "\n";
    const child = new Deno.Command("script", {
      args: ["--quiet", "--command", command, "/dev/null"],
      cwd: folder,
      env: { TERM: "dumb", HOME: folder, ZDOTDIR: folder },
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(keys));
    await writer.close();
    await child.status;
    assertNothingRan(folder);
    return Deno.readTextFileSync(`${folder}/said`).trimEnd().split("\n").map(withoutSlash);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

for (const shell of SHELLS) {
  Deno.test({
    ...onlyWith(
      `${shell.name} completes what a person types`,
      program(shell.name),
      program("script", "bsdutils"),
    ),
    async fn() {
      assert.deepEqual(await typeInto(shell, CASES.map(([line]) => line)), CASES.map(([, word]) => word));
    },
  });
}

Deno.test({
  ...onlyWith("fish completes what a person types", program("fish")),
  fn() {
    const folder = makeFolder();
    try {
      Deno.writeTextFileSync(`${folder}/completions`, completionsFor("fish"));
      Deno.writeTextFileSync(`${folder}/sessions`, SESSIONS);
      const asked = CASES.map(([line]) => `echo "$(complete -C '${line}')"; echo ==`);
      const { stdout } = new Deno.Command("fish", {
        args: [
          "--no-config",
          "-c",
          ["source ./completions", "function kato; cat sessions; end", ...asked].join("\n"),
        ],
        cwd: folder,
        env: { HOME: folder },
        stderr: "null",
      }).outputSync();
      assertNothingRan(folder);
      const offered = new TextDecoder().decode(stdout).split("\n==\n").slice(0, -1)
        // A candidate, a tab, and what it is.
        .map((text) => text.split("\n").map((line) => withoutSlash(line.replace(/\t.*/, ""))));
      const expected = CASES.map(([line, word]) => line.endsWith(word) ? [""] : [word]);
      assert.deepEqual(offered, expected);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

Deno.test("completions know every command and option that the help shows, and no other", () => {
  const shapes = listShapes(readShape());
  const words = shapes.flatMap(({ name, options }) => [name, ...options.map(({ long }) => long)]);
  assert.ok(words.includes("export") && words.includes("--output"));
  assert.ok(!words.includes("plan") && !words.includes("--plan-hash"), "the launcher's words are its own");
  for (const shell of ["bash", "zsh", "fish"] as const) {
    const text = completionsFor(shell);
    const missing = words.filter((word) => !text.includes(shell === "fish" ? word.replace(/^--/, "") : word));
    assert.deepEqual(missing, []);
  }
});
