/** The tree is the privilege map: what the folders promise, checked against the code. */
import assert from "node:assert/strict";
import { markdownBelow, read } from "./documents.ts";

const root = new URL("../", import.meta.url).pathname;

function sources(folder: string): string[] {
  return [...Deno.readDirSync(`${root}${folder}`)].flatMap(({ name, isDirectory }) =>
    isDirectory ? sources(`${folder}/${name}`) : name.endsWith(".ts") ? [`${folder}/${name}`] : []
  ).sort();
}

/** Code without comments: what a comment names, it does not use. */
function codeOf(path: string): string {
  return read(path).replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

const PURE_ROOMS = [
  "ambient",
  "protocol",
  "providers",
  "session",
  "redaction",
  "render",
  "settings",
  "destination",
  "permissions",
  "audit",
];

/** The drivers of rooms that are pure otherwise: they look, read or append for the rest of their room. */
const DRIVERS = [
  "src/settings/policy_files.ts",
  "src/destination/lookup.ts",
  "src/audit/collected.ts",
  "src/audit/command_log.ts",
  "src/audit/file.ts",
  "src/audit/files.ts",
  "src/audit/journal_file.ts",
  "src/audit/log.ts",
  "src/audit/origin.ts",
  "src/audit/verify.ts",
];

Deno.test("pure rooms use the runtime and its modules in their drivers alone", () => {
  const impure = PURE_ROOMS.flatMap((room) => sources(`src/${room}`))
    .filter((path) => /\bDeno\.|["']node:/.test(codeOf(path)));
  assert.deepEqual(impure, DRIVERS);
});

Deno.test("workers are made in one place", () => {
  const makers = sources("src").filter((path) => codeOf(path).includes("new Worker"));
  assert.deepEqual(makers, ["src/hosts/thread_host.ts"]);
});

Deno.test("what runs for days leaves the runtime's own timers alone, which cost each process memory", () => {
  const users = ["parser", "writer", "hosts", "daemon", "disk", "audit"].flatMap((room) =>
    sources(`src/${room}`)
  )
    .filter((path) => /\bset(?:Timeout|Interval)\b/.test(codeOf(path)));
  assert.deepEqual(users, []);
});

Deno.test("Node's bytes, which cost each process memory, are for those who read much and end", () => {
  const users = sources("src").filter((path) => /\bBuffer\b/.test(codeOf(path)));
  assert.deepEqual(users, ["src/parser/search_text.ts"]);
  const readers = sources("src").filter((path) => codeOf(path).includes("/search_text.ts"));
  assert.deepEqual(readers, ["src/parser/choose_search.ts"]);
  const choosers = sources("src").filter((path) => codeOf(path).includes("/choose_search.ts"));
  assert.deepEqual(choosers, ["src/cli/export/write_session.ts", "src/cli/search/update_index.ts"]);
});

Deno.test("standard output is used in two places: by the command line, and for the frames of a role's process", () => {
  const users = sources("src").filter((path) =>
    /(?<!typeof )Deno\.(?:stdout|stdin)|console\.log/.test(codeOf(path))
  );
  assert.deepEqual(users, ["src/cli/main.ts", "src/hosts/byte_pipe.ts"]);
});

Deno.test("nothing reaches for the network, a subprocess, native code or eval", () => {
  const forbidden =
    /\bfetch\(|Deno\.(?:connect|listen|serve|Command|run|dlopen)\b|new (?:WebSocket|Function)\b|\beval\(|node:(?:net|http|https|tls|dgram|child_process|vm)\b/;
  assert.deepEqual(sources("src").filter((path) => forbidden.test(codeOf(path))), []);
});

/** Which rooms a room may import; what is not named here it may not. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  ambient: [],
  protocol: [],
  disk: ["protocol"],
  settings: ["protocol", "disk"],
  destination: ["protocol", "disk", "settings"],
  permissions: ["protocol", "settings"],
  audit: ["protocol", "disk", "destination"],
  providers: ["protocol"],
  session: ["protocol", "destination"],
  redaction: ["protocol"],
  render: ["protocol", "redaction"],
  search: ["protocol", "disk", "redaction"],
  parser: ["protocol", "providers", "redaction", "session", "hosts"],
  writer: ["protocol", "render", "hosts"],
  hosts: ["protocol", "permissions"],
  daemon: [
    "protocol",
    "disk",
    "settings",
    "destination",
    "permissions",
    "audit",
    "providers",
    "session",
    "hosts",
  ],
  cli: [
    "protocol",
    "disk",
    "settings",
    "destination",
    "permissions",
    "audit",
    "providers",
    "redaction",
    "render",
    "parser",
    "search",
    "daemon",
  ],
};

for (const [room, allowed] of Object.entries(MAY_IMPORT)) {
  Deno.test(`room ${room} imports only ${allowed.join(", ") || "itself"}`, () => {
    const strays = sources(`src/${room}`).flatMap((path) =>
      [...codeOf(path).matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)].flatMap(([, target = ""]) => {
        const imported = new URL(target, `file:///${path}`).pathname.split("/");
        const other = imported[2] ?? "";
        return other === room || other.endsWith(".ts") || allowed.includes(other)
          ? []
          : [`${path} → ${target}`];
      })
    );
    assert.deepEqual(strays, []);
  });
}

Deno.test("source files stay under 300 lines", () => {
  const long = sources("src").filter((path) => read(path).split("\n").length > 301);
  assert.deepEqual(long, []);
});

/** A function fits on two screens. A factory counts with the functions inside it. */
const FUNCTION_LINES = 125;

/** As far as the next test looks at a node of the linter's tree. */
interface LintNode {
  readonly range: readonly [number, number];
  readonly id?: { readonly name?: string } | null;
}

Deno.test("functions have at most 125 lines", () => {
  const lengths = new Map<string, number>();
  for (const path of sources("src")) {
    const text = read(path);
    const measure = ({ range: [start, end], id }: LintNode) => {
      const name = `${path} ${id?.name ?? text.slice(start, end).split("\n")[0]}`;
      lengths.set(name, Math.max(lengths.get(name) ?? 0, text.slice(start, end).split("\n").length));
    };
    const visitor = {
      FunctionDeclaration: measure,
      FunctionExpression: measure,
      ArrowFunctionExpression: measure,
    };
    Deno.lint.runPlugin({ name: "lengths", rules: { measure: { create: () => visitor } } }, path, text);
  }
  const long = [...lengths].filter(([, lines]) => lines > FUNCTION_LINES);
  assert.deepEqual(long, []);
});

Deno.test("the version of the runtime is pinned once, and what must repeat it agrees", () => {
  const version = read(".deno-version").trim();
  assert.match(version, /^\d+\.\d+\.\d+$/);
  // A measurement keeps the version that it was made with.
  const pages = markdownBelow("docs").filter((path) => path !== "docs/performance.md");
  let places = 0;
  for (const path of ["README.md", "CONTRIBUTING.md", "SECURITY.md", ...pages]) {
    const named = read(path).matchAll(/deno@(\d+\.\d+\.\d+)|(?:Deno|`deno`) (\d+\.\d+\.\d+)/g);
    for (const [text, one, other] of named) {
      assert.equal(one ?? other, version, `${path}: ${text}`);
      places += 1;
    }
  }
  assert.ok(places > 0, "a page names the version");
});

Deno.test("the runtime that a build ships is the pinned one", () => {
  const { runtime } = JSON.parse(read("packaging/pins.json")) as { runtime: { version: string } };
  assert.equal(runtime.version, read(".deno-version").trim());
});

Deno.test("kato's own version is the one that deno.json names", async () => {
  const { RUNTIME, VERSION } = await import("../src/version.ts");
  assert.equal(RUNTIME, read(".deno-version").trim());
  assert.equal((JSON.parse(read("deno.json")) as { version: string }).version, VERSION);
});

Deno.test("every file that the documentation links to is there", () => {
  const pages = ["README.md", "CONTRIBUTING.md", "SECURITY.md", ...markdownBelow("docs")];
  const missing = pages.flatMap((page) =>
    [...read(page).replace(/(`{3,})[\s\S]*?\1|`[^`]*`/g, "").matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
      .flatMap(
        ([, target = ""]) => {
          const path = new URL(target, `file://${root}${page}`).pathname;
          try {
            Deno.statSync(path);
            return [];
          } catch {
            return [`${page} → ${target}`];
          }
        },
      )
  );
  assert.deepEqual(missing, []);
});

Deno.test("no test is skipped without saying why: only tests/needs.ts says that one is", () => {
  const own = ["tests/needs.ts", "tests/architecture_test.ts"];
  const silent = sources("tests").filter((file) => !own.includes(file))
    .filter((file) => /\bignore: (?!ignore\b)|\btest\.(?:ignore|only)\(/.test(codeOf(file)));
  assert.deepEqual(silent, ["tests/needs_test.ts"]);
});
