import assert from "node:assert/strict";
import { COMMANDS } from "../../src/cli/commands/table.ts";
import { makePlan } from "../../src/cli/planning/make_plan.ts";
import { planRequestOf } from "../../src/cli/planning/plan_request.ts";
import type { PlanRequest } from "../../src/permissions/plan.ts";
import { makePrivateFolder } from "../../src/disk/atomic_file.ts";
import { placesOf } from "../../src/settings/places.ts";
import { makeHome, type Place, runLine } from "./stage/run_line.ts";

const HOME = "/home/dev";
const CWD = "/home/dev/work";

const REQUESTS: readonly (readonly [line: string, request: PlanRequest])[] = [
  ["status", { profile: "cli-read:status" }],
  ["sessions", { profile: "cli-read:sessions" }],
  ["show 5d8 --last 2", { profile: "cli-read:sessions" }],
  ["tail 5d8", { profile: "cli-read:sessions" }],
  ["doctor --permissions", { profile: "cli-read:doctor" }],
  ["init", { profile: "init" }],
  ["init --auto", { profile: "policy:edit", looks: "/home/dev/.kato/exports" }],
  ["daemon", { profile: "daemon" }],
  ["completions zsh", { profile: "help" }],
  ["plan -- daemon", { profile: "help" }],
  ["record 5d8 x.md", { profile: "request" }],
  ["capture 5d8", { profile: "request" }],
  ["stop 5d8", { profile: "request" }],
  ["forget 5d8", { profile: "forget" }],
  ["clean", { profile: "clean" }],
  ["audit tail", { profile: "audit" }],
  ["audit verify --archived", { profile: "audit", reads: [] }],
  ["audit verify copy/ ~/a.jsonl", {
    profile: "audit",
    reads: ["/home/dev/work/copy", "/home/dev/a.jsonl"],
  }],
  ["audit verify-all logs --heads /var/log/journal/remote", {
    profile: "audit",
    reads: ["/home/dev/work/logs", "/var/log/journal/remote"],
  }],
  ["search beans", { profile: "search" }],
  ["search --rebuild", { profile: "search" }],
  ["search beans --no-update", { profile: "search:read" }],
  ["scan a.md ~/b.html", { profile: "scan", reads: ["/home/dev/work/a.md", "/home/dev/b.html"] }],
  ["verify ~/a.md", { profile: "verify", reads: ["/home/dev/a.md", "/home/dev/a.md.seal.json"] }],
  ["seal a.md", {
    profile: "seal",
    reads: ["/home/dev/work/a.md", "/home/dev/work/a.md.seal.json"],
    writes: "/home/dev/work/a.md.seal.json",
  }],
  // Denied whatever is there.
  ["seal ../a.md", {
    profile: "seal",
    reads: ["/home/dev/a.md", "/home/dev/a.md.seal.json"],
    writes: null,
  }],
  ["fleet status", { profile: "fleet:status" }],
  ["policy show", { profile: "policy" }],
  ["policy check", { profile: "policy", reads: [] }],
  ["policy check -", { profile: "policy", reads: [] }],
  ["policy check my.toml", { profile: "policy", reads: ["/home/dev/work/my.toml"] }],
  ["policy explain destinations.roots", { profile: "policy:explain", looks: null }],
  ["policy explain notes/x.md", { profile: "policy:explain", looks: null }],
  ["policy explain notes/x.md --as export", {
    profile: "policy:explain",
    looks: "/home/dev/work/notes/x.md",
  }],
  ["policy explain ~/x.md", { profile: "policy:explain", looks: "/home/dev/x.md" }],
  ["policy explain /etc/../x.md", { profile: "policy:explain", looks: null }],
  ["policy allow notes", { profile: "policy:edit", looks: "/home/dev/work/notes" }],
  ["policy deny ../notes", { profile: "policy:edit", looks: "/home/dev/notes" }],
  ["export 5d8 -o x.md", {
    profile: "export",
    writes: "/home/dev/work/x.md",
    images: "/home/dev/work/x.assets",
  }],
  ["export 5d8 -o ~/x.y.md", {
    profile: "export",
    writes: "/home/dev/x.y.md",
    images: "/home/dev/x.y.assets",
  }],
  ["export 5d8 -o x.html", { profile: "export", writes: "/home/dev/work/x.html" }],
  ["export 5d8 -o x.md --format jsonl", { profile: "export", writes: "/home/dev/work/x.md" }],
  ["export 5d8 -o x.html --format md", {
    profile: "export",
    writes: "/home/dev/work/x.html",
    images: "/home/dev/work/x.assets",
  }],
  ["export 5d8 -o notes/", { profile: "export", writes: "/home/dev/work/notes" }],
  ["export --all -o .", { profile: "export", writes: "/home/dev/work" }],
  ["export --file ./log.jsonl -o -", {
    profile: "export",
    reads: ["/home/dev/work/log.jsonl"],
    writes: null,
  }],
  // Denied whatever is there, so nothing need be looked at.
  ["export 5d8 -o ../x.md", { profile: "export", writes: null }],
  ["export 5d8 -o $X.md", { profile: "export", writes: null }],
  ["--help", { profile: "help" }],
  ["exprot", { profile: "help" }],
  ["version", { profile: "help" }],
  ["help export", { profile: "help" }],
  ["export --help", { profile: "help" }],
];

for (const [line, request] of REQUESTS) {
  Deno.test(`planRequestOf() says what kato ${line} asks for`, () =>
    assert.deepEqual(planRequestOf(line.split(" "), { cwd: CWD, home: HOME }), request));
}

Deno.test("every command is planned in the table above", () => {
  const planned = REQUESTS.map(([line]) => line.split(" "));
  const missing = COMMANDS.filter(({ path }) => !planned.some((line) => line.join(" ").startsWith(path)));
  assert.deepEqual(missing.map(({ path }) => path), []);
});

/** The path grants of a command line, with the home as `~`. */
async function grantsOf(
  line: string,
  place: Place,
  environment: Record<string, string> = {},
): Promise<string[]> {
  const { home, system } = place;
  const uid = Deno.uid() ?? 0;
  const planned = await makePlan(planRequestOf(line.split(" "), place), {
    home,
    system,
    uid,
    administrator: uid,
    variables: () => environment,
    code: ["/opt/kato"],
  });
  assert.ok(planned.ok, JSON.stringify(planned));
  return (planned.plan.roles[0]?.grants ?? []).flatMap((grant) =>
    "path" in grant ? [`${grant.grant} ${grant.path.replace(home, "~").replace(system, "/etc/kato")}`] : []
  );
}

Deno.test("makePlan() grants an export its file, and its folder for a look", async () => {
  using home = makeHome();
  const grants = await grantsOf("export 5d8 -o x.md", home);
  assert.deepEqual(grants.filter((grant) => grant.startsWith("write ")), [
    "write ~/.kato/logs",
    "write ~/work/x.md",
  ]);
  assert.ok(grants.includes("list ~/work"));
  assert.ok(grants.includes("read ~/.claude/projects"));
});

Deno.test("makePlan() grants an export the folder for its images, where the configuration keeps images", async () => {
  using place = makeHome();
  const { config, configFile } = placesOf(place.home);
  makePrivateFolder(config);
  const written = async (line: string) =>
    (await grantsOf(line, place)).filter((grant) => grant.startsWith("write ") && !grant.endsWith("/logs"));
  for (
    const [images, line, expected] of [
      ["line", "export 5d8 -o x.md", ["x.md"]],
      ["files", "export 5d8 -o x.md", ["x.md", "x.assets"]],
      ["files", "export 5d8 -o x.html", ["x.html"]],
      ["files", "export 5d8 -o x.jsonl", ["x.jsonl"]],
      ["files", "export 5d8 -o new/x.md", ["new"]],
      ["files", "export --all -o notes.md", ["notes.md"]],
      ["files", "export 5d8 -o folder.md", ["folder.md"]],
      ["files", "export 5d8 -o -", []],
      ["nonsense", "export 5d8 -o x.md", ["x.md"]],
    ] as const
  ) {
    Deno.mkdirSync(`${place.cwd}/folder.md`, { recursive: true });
    Deno.writeTextFileSync(configFile, `[render]\nimages = "${images}"\n`, { mode: 0o600 });
    assert.deepEqual(
      await written(line),
      expected.map((path) => `write ~/work/${path}`),
      `${images} ${line}`,
    );
  }
});

Deno.test("makePlan() grants an export with --file that log and its sub-agents', and no provider's folder", async () => {
  using home = makeHome();
  const grants = await grantsOf("export --file log.jsonl -o -", home);
  assert.ok(grants.includes("read ~/work/log.jsonl"));
  assert.ok(grants.includes("read ~/work/log/subagents"));
  assert.ok(!grants.some((grant) => grant.includes(".claude")));
  assert.deepEqual(grants.filter((grant) => grant.startsWith("write ")), ["write ~/.kato/logs"]);
});

Deno.test("makePlan() grants a scan its files and the settings to read, and nothing to write", async () => {
  using home = makeHome();
  assert.deepEqual(await grantsOf("scan a.md ~/b.html", home), [
    "read /opt/kato",
    "read /etc/kato",
    "read ~/.kato/config",
    "read ~/work/a.md",
    "read ~/b.html",
  ]);
});

Deno.test("makePlan() grants a search the logs and the index, or the index alone, and only where policy allows it", async () => {
  using home = makeHome();
  const own = ["read /opt/kato", "read /etc/kato", "read ~/.kato/config"];
  assert.deepEqual(await grantsOf("search beans", home), own);
  assert.deepEqual(await grantsOf("search beans --no-update", home), own);
  Deno.writeTextFileSync(`${home.system}/policy.toml`, "[search]\nenabled = true\n", { mode: 0o644 });
  const index = ["read ~/.kato/state/forgotten/sessions.json", "read ~/.kato/index"];
  assert.deepEqual(await grantsOf("search beans --no-update", home), [...own, ...index]);
  const grants = await grantsOf("search beans", home);
  for (
    const read of [
      "~/.claude/projects",
      "~/.kato/exports",
      "~/.kato/index",
      "~/.kato/logs",
      "/etc/machine-id",
    ]
  ) {
    assert.ok(grants.includes(`read ${read}`), read);
  }
  assert.deepEqual(
    grants.filter((grant) => grant.startsWith("write ")),
    ["write ~/.kato/index", "write ~/.kato/logs"],
  );
});

Deno.test("makePlan() grants what a provider may look for beside a log, also of one that is named by a link", async () => {
  using home = makeHome();
  const chats = `${home.cwd}/garden/chats`;
  Deno.mkdirSync(chats, { recursive: true });
  Deno.writeTextFileSync(`${chats}/session-2026-11-23T02-08-01a20000.jsonl`, "");
  Deno.symlinkSync(`${chats}/session-2026-11-23T02-08-01a20000.jsonl`, `${home.cwd}/link.jsonl`);
  for (const log of ["garden/chats/session-2026-11-23T02-08-01a20000.jsonl", "link.jsonl"]) {
    const grants = await grantsOf(`export --file ${log} -o -`, home);
    assert.ok(grants.includes("read ~/work/garden/.project_root"), log);
    assert.ok(grants.includes("read ~/work/garden/chats"), log);
  }
  const elsewhere = await grantsOf("export --file copies/log.jsonl -o -", home);
  assert.ok(!elsewhere.some((grant) => grant.includes(".project_root")), "a log that was copied has none");
});

Deno.test("makePlan() grants the outermost folder that an export has to make", async () => {
  using home = makeHome();
  const grants = await grantsOf("export 5d8 -o a/b/x.md", home);
  assert.ok(grants.includes("write ~/work/a"));
  assert.ok(grants.includes("list ~/work"));
});

Deno.test("makePlan() grants a folder that is a link by both its names", async () => {
  using home = makeHome();
  Deno.mkdirSync(`${home.home}/elsewhere`);
  Deno.symlinkSync(`${home.home}/elsewhere`, `${home.home}/.claude`);
  const grants = await grantsOf("sessions", home);
  assert.ok(grants.includes("read ~/.claude/projects"));
  assert.ok(grants.includes("read ~/elsewhere/projects"));
});

Deno.test("makePlan() follows a client's own variable for its folder", async () => {
  using home = makeHome();
  const grants = await grantsOf("sessions", home, { CLAUDE_CONFIG_DIR: "/srv/claude" });
  assert.ok(grants.includes("read /srv/claude/projects"));
});

Deno.test("makePlan() grants a change of policy the folder of drop-ins only where there is a unit", async () => {
  using home = makeHome();
  const writes = async () => {
    const grants = await grantsOf("policy allow /srv", home);
    return grants.filter((grant) => grant.startsWith("write "));
  };
  // A change is on record.
  assert.deepEqual(await writes(), ["write ~/.kato/config", "write ~/.kato/logs"]);
  Deno.mkdirSync(`${home.home}/dotfiles/systemd/user`, { recursive: true });
  Deno.symlinkSync("dotfiles", `${home.home}/.config`);
  Deno.writeTextFileSync(`${home.home}/.config/systemd/user/kato.service`, "");
  assert.deepEqual(await writes(), [
    "write ~/.kato/config",
    "write ~/.config/systemd/user/kato.service.d",
    "write ~/dotfiles/systemd/user/kato.service.d",
    "write ~/.kato/logs",
  ]);
});

Deno.test("makePlan() grants nothing for a destination beside the file system's root", async () => {
  using home = makeHome();
  const grants = await grantsOf("export 5d8 -o /x.md", home);
  assert.deepEqual(grants.filter((grant) => grant.startsWith("write ")), ["write ~/.kato/logs"]);
});

Deno.test("kato plan says what is wrong in a command line, as the command itself would", async () => {
  using home = makeHome();
  const ran = await runLine(["plan", "--", "exprot"], home);
  const message = "unknown command 'exprot'. Did you mean export?\nTry 'kato --help'.\n";
  assert.deepEqual(ran, { ended: "usage", out: "", err: message });
});

Deno.test("kato plan prints what the launcher reads, and refuses with the policy", async () => {
  using home = makeHome();
  const ran = await runLine(["plan", "--", "status"], home);
  assert.equal(ran.ended, "done");
  assert.ok(ran.out.startsWith("kato-plan 1\0hash none\0profile cli-read:status\0role cli-read:status\0"));
  assert.ok(ran.out.endsWith("\0end\0"));
  Deno.writeTextFileSync(`${home.system}/policy.toml`, "nonsense = 1\n");
  const refused = await runLine(["plan", "--", "sessions"], home);
  assert.equal(refused.ended, "refused");
  assert.match(refused.err, /policy\.toml:1: nonsense: is not a key that kato knows/);
});
