import assert from "node:assert/strict";
import { makePlan } from "../../src/cli/planning/make_plan.ts";
import { planCommandOf, type Sketch } from "../../src/cli/planning/plan_command.ts";
import { makeHome, type Place, runLine } from "./stage/run_line.ts";

const HOME = "/home/dev";
const CWD = "/home/dev/work";

const SKETCHES: readonly (readonly [line: string, sketch: Sketch])[] = [
  ["status", { name: "status" }],
  ["record 5d8 x.md", { name: "record" }],
  ["audit tail", { name: "audit" }],
  ["audit verify --archived", { name: "audit" }],
  ["audit verify copy/ ~/a.jsonl", {
    name: "audit copy",
    reads: ["/home/dev/work/copy", "/home/dev/a.jsonl"],
  }],
  ["policy show", { name: "policy", reads: [] }],
  ["policy check my.toml", { name: "policy", reads: ["/home/dev/work/my.toml"] }],
  ["policy explain destinations.roots", { name: "policy explain", path: null }],
  ["policy explain notes/x.md", { name: "policy explain", path: null }],
  ["policy explain notes/x.md --as export", { name: "policy explain", path: "/home/dev/work/notes/x.md" }],
  ["policy explain ~/x.md", { name: "policy explain", path: "/home/dev/x.md" }],
  ["policy explain /etc/../x.md", { name: "policy explain", path: null }],
  ["policy allow notes", { name: "policy edit", path: "/home/dev/work/notes" }],
  ["policy deny ../notes", { name: "policy edit", path: "/home/dev/notes" }],
  ["export 5d8 -o x.md", exported(null, "file", "/home/dev/work/x.md")],
  ["export 5d8 -o ~/x.md", exported(null, "file", "/home/dev/x.md")],
  ["export 5d8 -o notes/", exported(null, "folder", "/home/dev/work/notes")],
  ["export 5d8 5d9 -o notes", exported(null, "folder", "/home/dev/work/notes")],
  ["export --all -o .", exported(null, "folder", "/home/dev/work")],
  ["export --file ./log.jsonl -o -", {
    ...exported("/home/dev/work/log.jsonl", "file", ""),
    output: { kind: "nothing" },
  }],
  // Denied whatever is there, so nothing need be looked at.
  ["export 5d8 -o ../x.md", { ...exported(null, "file", ""), output: { kind: "nothing" } }],
  ["export 5d8 -o $X.md", { ...exported(null, "file", ""), output: { kind: "nothing" } }],
  ["--help", { name: "help" }],
  ["exprot", { name: "help" }],
  ["export --help", { name: "help" }],
];

function exported(
  file: string | null,
  kind: "file" | "folder",
  path: string,
): Extract<Sketch, { name: "export" }> {
  return { name: "export", file, output: { kind, path } };
}

for (const [line, sketch] of SKETCHES) {
  Deno.test(`planCommandOf() sketches kato ${line}`, () =>
    assert.deepEqual(planCommandOf(line.split(" "), CWD, HOME), sketch));
}

/** The path grants of a command line, with the home as `~`. */
async function grantsOf(
  line: string,
  place: Place,
  environment: Record<string, string> = {},
): Promise<string[]> {
  const { home, cwd, system } = place;
  const uid = Deno.uid() ?? 0;
  const planned = await makePlan(planCommandOf(line.split(" "), cwd, home), {
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

Deno.test("makePlan() grants an export with --file that log and its sub-agents', and no provider's folder", async () => {
  using home = makeHome();
  const grants = await grantsOf("export --file log.jsonl -o -", home);
  assert.ok(grants.includes("read ~/work/log.jsonl"));
  assert.ok(grants.includes("read ~/work/log/subagents"));
  assert.ok(!grants.some((grant) => grant.includes(".claude")));
  assert.deepEqual(grants.filter((grant) => grant.startsWith("write ")), ["write ~/.kato/logs"]);
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
