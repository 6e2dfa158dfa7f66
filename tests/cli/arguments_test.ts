import assert from "node:assert/strict";
import { parseArguments } from "../../src/cli/command_line/parse_arguments.ts";
import { parseSince } from "../../src/cli/command_line/kinds.ts";
import { COMMANDS } from "../../src/cli/commands/table.ts";
import { FORMATS, INCLUDES, PROVIDERS } from "../../src/protocol/closed_sets.ts";
import type { Invocation } from "../../src/cli/command_line/program.ts";
import { createProgram } from "../../src/cli/command_line/program.ts";
import { usageReference } from "../../src/cli/command_line/usage_reference.ts";

const STYLE = { columns: 80, colour: false };

function invocationOf(line: string): Invocation {
  const parsed = parseArguments(line.split(" "), STYLE);
  assert.ok(parsed.parsed === "invocation", JSON.stringify(parsed));
  return parsed.invocation;
}

function complaintOf(line: string): string {
  const parsed = parseArguments(line.split(" "), STYLE);
  assert.ok(parsed.parsed === "wrong", JSON.stringify(parsed));
  return `${parsed.message} | ${parsed.command}`;
}

const HASH = "0a".repeat(32);

const NO_FILTER = { provider: null, project: null, since: null };

const LINES: readonly (readonly [line: string, path: string, given: Invocation["given"]])[] = [
  ["status", "status", { watch: false, json: false }],
  ["status --json", "status", { watch: false, json: true }],
  ["status --watch", "status", { watch: true, json: false }],
  ["sessions", "sessions", {
    ...NO_FILTER,
    limit: null,
    json: false,
    search: null,
    sort: "active",
    expiring: false,
  }],
  [
    "sessions --provider codex --project . --since 2h --limit 0 --json",
    "sessions",
    {
      provider: "codex",
      project: ".",
      since: { ago: 7_200_000 },
      limit: 0,
      json: true,
      search: null,
      sort: "active",
      expiring: false,
    },
  ],
  [
    "export 5d8 5d9 -o out --include thinking,notices --exclude tools --force",
    "export",
    {
      sessions: ["5d8", "5d9"],
      file: null,
      all: false,
      ...NO_FILTER,
      last: null,
      from: null,
      output: "out",
      format: null,
      include: ["thinking", "notices"],
      exclude: ["tools"],
      redact: null,
      noRedact: null,
      force: true,
      json: false,
    },
  ],
  ["tail 5d8 --provider codex", "tail", { session: "5d8", provider: "codex", last: null }],
  ["show 5d8 --last 3", "show", { session: "5d8", provider: null, last: 3, from: null, since: null }],
  ["record 5d8", "record", { session: "5d8", provider: null, destination: null, json: false }],
  [
    "capture 5d8 x.md --provider gemini",
    "capture",
    { session: "5d8", provider: "gemini", destination: "x.md", json: false },
  ],
  ["forget 5d8", "forget", { session: "5d8", provider: null, json: false, recordings: false }],
  ["clean --dry-run", "clean", { json: false, dryRun: true }],
  ["stop 5d8", "stop", { session: "5d8", provider: null, json: false }],
  ["policy show", "policy show", { json: false }],
  ["policy check f.toml --as user", "policy check", { file: "f.toml", as: "user", json: false }],
  ["policy explain x.md --as export", "policy explain", { subject: "x.md", as: "export", json: false }],
  ["policy explain export", "policy explain", { subject: "export", as: "chat", json: false }],
  ["policy allow ~/notes", "policy allow", { folder: "~/notes", isDefault: false, json: false }],
  ["policy deny notes", "policy deny", { folder: "notes", json: false }],
  ["completions fish", "completions", { shell: "fish" }],
  [`audit verify --head ${HASH} --archived --json`, "audit verify", {
    copy: [],
    head: HASH,
    archived: true,
    json: true,
  }],
  ["audit tail", "audit tail", { lines: 10, follow: false, json: false }],
  ["audit verify-all logs --heads j", "audit verify-all", {
    folder: "logs",
    heads: "j",
    host: null,
    uid: null,
    archived: false,
    json: false,
  }],
  ["search disk retr* --role user,tool_call --since 7d --no-update", "search", {
    words: ["disk", "retr*"],
    json: false,
    limit: null,
    in: null,
    role: ["user", "tool_call"],
    provider: null,
    project: null,
    since: { ago: 7 * 24 * 3_600_000 },
    update: false,
    noUpdate: false,
    rebuild: false,
  }],
  ["seal a.md", "seal", { file: "a.md", json: false }],
  ["verify a.md --json", "verify", { file: "a.md", json: true }],
  ["scan a.md ~/b.html --json", "scan", { files: ["a.md", "~/b.html"], json: true }],
  ["fleet status", "fleet status", { json: false }],
  ["audit verify", "audit verify", { copy: [], head: null, archived: false, json: false }],
  ["audit verify a b/", "audit verify", { copy: ["a", "b/"], head: null, archived: false, json: false }],
  ["audit tail -n 3 -f", "audit tail", { lines: 3, follow: true, json: false }],
  ["doctor --permissions", "doctor", { permissions: true, json: false }],
  ["init", "init", { json: false, auto: false }],
  ["init --auto", "init", { json: false, auto: true }],
  ["daemon", "daemon", { afterCrash: false }],
  ["daemon --after-crash", "daemon", { afterCrash: true }],
  ["version", "version", { attest: false, json: false }],
  ["--version", "version", { attest: false, json: false }],
  ["-V", "version", { attest: false, json: false }],
  ["plan -- export --all -o x", "plan", { line: ["export", "--all", "-o", "x"] }],
];

for (const [line, path, given] of LINES) {
  Deno.test(`parseArguments() understands kato ${line}`, () => {
    const invocation = invocationOf(line);
    assert.deepEqual([invocation.command.path, invocation.given], [path, given]);
  });
}

Deno.test("every command is in the table above", () => {
  // Its parser answers `help`.
  const missing = COMMANDS.filter(({ path }) =>
    path !== "help" && !LINES.some(([, asked]) => asked === path)
  );
  assert.deepEqual(missing.map(({ path }) => path), []);
});

/** Every option of every command: its value where it is given, and where it is not. */
const OPTION_VALUES: Readonly<Record<string, readonly [typed: string, read: unknown, absent: unknown]>> = {
  "--json": ["", true, false],
  "--watch": ["", true, false],
  "--all": ["", true, false],
  "--force": ["", true, false],
  "--redact": ["", true, null],
  "--no-redact": ["", false, null],
  "--update": ["", true, null],
  "--no-update": ["", false, null],
  "--rebuild": ["", true, false],
  "--recordings": ["", true, false],
  "--dry-run": ["", true, false],
  "--in": ["recordings", "recordings", null],
  "--role": ["user,notice", ["user", "notice"], null],
  "--archived": ["", true, false],
  "--follow": ["", true, false],
  "--attest": ["", true, false],
  "--permissions": ["", true, false],
  "--after-crash": ["", true, false],
  "--limit": ["7", 7, null],
  "--last": ["7", 7, null],
  "--from": ["0", 0, null],
  "--search": ["roses", "roses", null],
  "--default": ["", true, false],
  "--auto": ["", true, false],
  "--expiring": ["", true, false],
  "--sort": ["size", "size", "active"],
  "--lines": ["7", 7, 10],
  "--provider": ["codex", "codex", null],
  "--project": ["p", "p", null],
  "--since": ["2h", { ago: 7_200_000 }, null],
  "--file": ["l.jsonl", "l.jsonl", null],
  "--output": ["o", "o", "o"],
  "--format": ["html", "html", null],
  "--include": ["tools", ["tools"], []],
  "--exclude": ["tools", ["tools"], []],
  "--head": [HASH, HASH, null],
  // No line is right without it.
  "--heads": ["j", "j", "j"],
  "--host": ["h", "h", null],
  "--uid": ["4200000000", 4_200_000_000, null],
};

/** `--as` is of another kind in each of its commands. */
const AS_VALUES: Readonly<Record<string, readonly [typed: string, read: unknown, absent: unknown]>> = {
  "policy check": ["user", "user", null],
  "policy explain": ["export", "export", "chat"],
};

/** A command line that is right without the option. */
function lineWithout(path: string, long: string): string[] {
  const words: Readonly<Record<string, readonly string[]>> = {
    export: long === "--file" || long === "--all"
      ? ["-o", "o"]
      : [long === "--from" ? "5d8" : "--all", "-o", "o"],
    show: ["5d8"],
    tail: ["5d8"],
    verify: ["a.md"],
    seal: ["a.md"],
    record: ["5d8"],
    capture: ["5d8"],
    stop: ["5d8"],
    forget: ["5d8"],
    "policy allow": ["notes"],
    "policy deny": ["notes"],
    "policy explain": ["x.md"],
    "audit verify-all": ["logs", "--heads", "j"],
    scan: ["a.md"],
    search: ["beans"],
  };
  return [...path.split(" "), ...words[path] ?? []];
}

for (const { path, takes } of COMMANDS) {
  for (const [name, { place, form }] of Object.entries(takes)) {
    if (place === "argument") continue;
    const [long = "", short] = form.split(" ")[0]?.endsWith(",") === true
      ? [form.split(" ")[1] ?? "", form.slice(0, 2)]
      : [form.split(" ")[0] ?? "", undefined];
    Deno.test(`kato ${path} reads ${long}`, () => {
      const [typed, read, absent] = (long === "--as" ? AS_VALUES[path] : OPTION_VALUES[long]) ??
        assert.fail(`say in the table above how ${long} is read`);
      const line = lineWithout(path, long);
      const givenOf = (more: readonly string[]) => {
        const parsed = parseArguments([...line, ...more], STYLE);
        assert.ok(parsed.parsed === "invocation", JSON.stringify(parsed));
        return parsed.invocation.given[name];
      };
      const value = typed === "" ? [] : [typed];
      assert.deepEqual(givenOf([long, ...value]), read);
      if (short !== undefined) assert.deepEqual(givenOf([short, ...value]), read);
      if (long !== "--file" && long !== "--all") assert.deepEqual(givenOf([]), absent);
      if (
        typed !== "" &&
        !["--project", "--file", "--output", "--heads", "--host", "--search"].includes(long)
      ) {
        assert.equal(parseArguments([...line, long, "odd odd"], STYLE).parsed, "wrong");
      }
    });
  }
}

Deno.test("options that may be given several times gather their values, in any order", () => {
  const { given } = invocationOf(
    "export --all -o o --include tools,thinking --exclude agents --include results",
  );
  assert.deepEqual([given["include"], given["exclude"]], [["tools", "thinking", "results"], ["agents"]]);
});

const CHOICES: readonly (readonly [line: string, words: readonly string[]])[] = [
  ["sessions --provider", PROVIDERS],
  ["export --all -o o --format", FORMATS],
  ["export --all -o o --include", INCLUDES],
  ["policy check f --as", ["organisation", "user"]],
  ["policy explain x --as", ["chat", "export"]],
  ["completions", ["bash", "zsh", "fish"]],
];

for (const [line, words] of CHOICES) {
  Deno.test(`kato ${line} takes ${words.join(", ")}, and names these for any other`, () => {
    for (const word of words) invocationOf(`${line} ${word}`);
    for (const odd of ["nothing", words[0]?.toUpperCase(), `${words[0]}x`]) {
      assert.ok(complaintOf(`${line} ${odd}`).includes(`Choose from ${words.join(", ")}. |`));
    }
  });
}

const SINCE: readonly (readonly [text: string, since: unknown])[] = [
  ["1m", { ago: 60_000 }],
  ["999999h", { ago: 999_999 * 3_600_000 }],
  ["7d", { ago: 7 * 86_400_000 }],
  ["2w", { ago: 14 * 86_400_000 }],
  ["2026-11-23T08:00:30Z", { at: Date.UTC(2026, 10, 23, 8, 0, 30) }],
  ["2026-11-23T08:00:30.5Z", { at: Date.UTC(2026, 10, 23, 8, 0, 30, 500) }],
  ["2026-11-23T08:00+02:00", { at: Date.UTC(2026, 10, 23, 6) }],
  ...[
    "",
    "7",
    "d",
    "7y",
    "1234567m",
    "-7d",
    "7.5h",
    "7d ",
    "2026-13-01",
    "2026-1-1",
    "2026-11-23T08",
    "tomorrow",
  ]
    .map((odd) => [odd, null] as const),
];

for (const [text, since] of SINCE) {
  Deno.test(`parseSince() reads ${JSON.stringify(text)}`, () => {
    if (since === null) assert.throws(() => parseSince(text), /Write 30m, 12h, 7d, 2w or a date/);
    else assert.deepEqual(parseSince(text), since);
  });
}

const WRONG: readonly (readonly [line: string, complaint: string])[] = [
  ["exprot", "unknown command 'exprot'. Did you mean export? | kato"],
  ["export 5d8 -o x --fromat md", "unknown option '--fromat'. Did you mean --format? | kato export"],
  ["exprt status", "unknown command 'exprt'. Did you mean export? | kato"],
  ["export", "say which sessions: SESSION, --file LOG or --all. | kato export"],
  ["export 5d8", "say where to: --output DEST. | kato export"],
  ["export 5d8 --all -o x", "SESSION, --file and --all cannot be combined. | kato export"],
  ["export 5d8 --project p -o x", "--project chooses among --all. | kato export"],
  [
    "export 5d8 --last 2 --since 7d -o x",
    "--last and --since both say where to begin; give one of them. | kato export",
  ],
  [
    "show 5d8 --from 2 --since 7d",
    "--from and --since both say where to begin; give one of them. | kato show",
  ],
  [
    "export 5d8 --last 2 --from 7 -o x",
    "--last and --from both say where to begin; give one of them. | kato export",
  ],
  ...["--all", "5d8 5d9"].map((several) =>
    [
      `export ${several} --from 7 -o x`,
      "--from counts in one session; name one, or give --last or --since instead. | kato export",
    ] as const
  ),
  [
    "export 5d8 --last 0 -o x",
    "option '--last <n>' argument '0' is invalid. Write a whole number from 1 on. | kato export",
  ],
  ["export --all -o -", "several sessions go to standard output only with --format jsonl. | kato export"],
  [
    "export 5d8 -o - --json",
    "standard output has the session itself; leave --json or '--output -' out. | kato export",
  ],
  ["search", "say what to search for. | kato search"],
  ["search --json", "say what to search for. | kato search"],
  ["search x --no-update --rebuild", "--rebuild reads all logs; leave --no-update out. | kato search"],
  [
    "search x --role me",
    "option '--role <roles>' argument 'me' is invalid. Choose from user, assistant, thinking, tool_call, tool_result, " +
    "decision, notice. | kato search",
  ],
  ["scan", "say which files to look at. | kato scan"],
  ["policy", "missing command. | kato policy"],
  ["help exprot", "unknown command 'exprot'. Did you mean export? | kato"],
  ["help policy sohw", "unknown command 'sohw'. Did you mean show? | kato policy"],
  ["help plan", "unknown command 'plan'. Did you mean scan? | kato"],
  ["policy sohw", "unknown command 'sohw'. Did you mean show? | kato policy"],
  ["stop", "missing required argument 'session'. | kato stop"],
  ["stop a b", "too many arguments for 'stop'. Expected 1 argument but got 2: a, b. | kato stop"],
  [
    "stop a\u001b[2J b",
    "too many arguments for 'stop'. Expected 1 argument but got 2: a\u241b[2J, b. | kato stop",
  ],
  [
    "sessions --since yesterday",
    "option '--since <when>' argument 'yesterday' is invalid. Write 30m, 12h, 7d, 2w or a date such as " +
    "2026-11-23. | kato sessions",
  ],
  [
    "sessions --provider claude",
    `option '--provider <provider>' argument 'claude' is invalid. Choose from ${PROVIDERS.join(", ")}. | ` +
    "kato sessions",
  ],
];

for (const [line, complaint] of WRONG) {
  Deno.test(`parseArguments() says what is wrong with kato ${JSON.stringify(line)}`, () =>
    assert.equal(complaintOf(line), complaint));
}

Deno.test("parseArguments() takes a date as the person's midnight, a time as it is", () => {
  const sinceOf = (text: string) => {
    return invocationOf(`sessions --since ${text}`).given["since"];
  };
  assert.deepEqual(sinceOf("2026-11-23"), { at: new Date(2026, 10, 23).getTime() });
  assert.deepEqual(sinceOf("2026-11-23T08:00Z"), { at: Date.UTC(2026, 10, 23, 8) });
  assert.deepEqual(sinceOf("2w"), { ago: 14 * 86_400_000 });
});

Deno.test("parseArguments() hands on what the launcher says, and no more", () => {
  const launchOf = (...line: string[]) => {
    const parsed = parseArguments(line, STYLE);
    return parsed.parsed === "invocation" ? parsed.invocation.launch : null;
  };
  const kernel = { landlockAbi: null, processes: [], unit: null, misses: [], userNamespaces: null };
  const nothing = {
    planHash: null,
    kernelSandbox: false,
    kernelMissing: [],
    outputMade: [],
    roles: "threads",
    administrator: 0,
    kernel,
  };
  assert.deepEqual(launchOf("status"), nothing);
  assert.deepEqual(launchOf("--plan-hash", "ab", "status"), { ...nothing, planHash: "ab" });
  assert.deepEqual(launchOf("--kernel-sandbox", "status"), { ...nothing, kernelSandbox: true });
  assert.deepEqual(launchOf("--kernel-missing", "landlock,seccomp", "daemon"), {
    ...nothing,
    kernelMissing: ["landlock", "seccomp"],
  });
  assert.deepEqual(launchOf("--output-made", "64769:12", "status"), { ...nothing, outputMade: ["64769:12"] });
  assert.deepEqual(launchOf("--output-made", "1:2", "--output-made", "3:4", "status"), {
    ...nothing,
    outputMade: ["1:2", "3:4"],
  });
  assert.deepEqual(launchOf("--user-namespaces", "yes", "doctor")?.kernel.userNamespaces, true);
  assert.deepEqual(launchOf("--roles", "processes", "daemon"), { ...nothing, roles: "processes" });
  const processes = [
    { role: "monitor", pid: 7, noNewPrivs: true, seccomp: "filter", capEff: "0000000000000000" },
    { role: "parser", pid: 12, noNewPrivs: false, seccomp: "off", capEff: "000001ffffffffff" },
  ];
  const told = ["--daemon-process", "monitor,7,1,2,0000000000000000", "--daemon-unit", "kato.service"];
  assert.deepEqual(
    launchOf("--landlock-abi", "6", ...told, "--daemon-process", "parser,12,0,0,000001ffffffffff", "doctor"),
    { ...nothing, kernel: { ...kernel, landlockAbi: 6, processes, unit: "kato.service" } },
  );
  assert.deepEqual(launchOf("--daemon-misses", "/a b", "--daemon-misses", "/c", "doctor"), {
    ...nothing,
    kernel: { ...kernel, misses: ["/a b", "/c"] },
  });
  assert.deepEqual(launchOf("--user-namespaces", "no", "--administrator", "65534", "doctor"), {
    ...nothing,
    administrator: 65_534,
    kernel: { ...kernel, userNamespaces: false },
  });
  const odds = [
    ["--roles", "rabbits"],
    ["--kernel-missing", "\u001b[2J"],
    ["--kernel-missing", ""],
    ["--landlock-abi", "six"],
    ["--administrator", "-1"],
    ["--user-namespaces", "maybe"],
    ["--daemon-misses", "projects"],
    ["--daemon-process", "monitor,7,1,2"],
    ["--daemon-process", "king,7,1,2,0000000000000000"],
    ["--daemon-process", "monitor,7,1,3,0000000000000000"],
    ["--daemon-unit", "kato\u001b.service"],
    ["--daemon-unit", "u".repeat(256)],
    ["--output-made", "64769"],
    ["--output-made", "x64769:12"],
    ["--output-made", "64769:12x"],
    ["--kernel-missing", "landlock,,seccomp"],
    ["--daemon-process", "monitor,0,1,2,0000000000000000"],
  ];
  for (const odd of odds) {
    assert.equal(parseArguments([...odd, "daemon"], STYLE).parsed, "wrong");
  }
});

Deno.test("help fits a terminal of 80 columns, and the first help one of 24 lines", () => {
  const wide = usageReference().split("\n").filter((line) => line.length > 80);
  assert.deepEqual(wide, []);
  const first = parseArguments([], STYLE);
  assert.ok(first.parsed === "text" && first.text.trimEnd().split("\n").length < 24);
  assert.deepEqual(parseArguments(["--help"], STYLE), first);
  assert.deepEqual(parseArguments(["help"], STYLE), first);
  assert.deepEqual(parseArguments(["--kernel-sandbox", "--roles", "processes"], STYLE), first);
});

Deno.test("every command has help with an example, and no other output", () => {
  const program = createProgram({ ...STYLE, take: () => {}, printHelp: () => {} });
  const paths = program.commands.flatMap((command) => [
    [command.name()],
    ...command.commands.map((sub) => [command.name(), sub.name()]),
  ]).filter(([name]) => name !== "plan");
  assert.ok(paths.length > 10);
  for (const path of paths) {
    const parsed = parseArguments([...path, "--help"], STYLE);
    assert.ok(parsed.parsed === "text", path.join(" "));
    assert.match(parsed.text, /^Usage: kato /);
    assert.match(parsed.text, /\nExample:\n {2}\S/);
    assert.ok(!parsed.text.includes("\u001b"), "colours without a terminal");
    assert.deepEqual(parseArguments(["help", ...path], STYLE), parsed);
  }
});

Deno.test("help is in colour where colour is wanted", () => {
  const parsed = parseArguments(["--help"], { columns: 80, colour: true });
  assert.ok(parsed.parsed === "text" && parsed.text.includes("\u001b[1mUsage:\u001b[0m"));
});
