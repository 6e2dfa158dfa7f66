import assert from "node:assert/strict";
import fc from "fast-check";
import { denoFlags, memoryFlags, memoryVariables } from "../../tools/runtime_flags.ts";
import { workerPermissions } from "../../src/permissions/worker_permissions.ts";
import { mergePolicy } from "../../src/settings/merge.ts";
import { MATRIX, rowOf } from "../../src/permissions/matrix.ts";
import { type Facts, plan, type PlanRequest, unionGrants } from "../../src/permissions/plan.ts";
import { parsePlan, renderPlan } from "../../src/permissions/plan_text.ts";
import { PLAN_BYTES } from "../../src/protocol/limits.ts";
import { type Grant, grant } from "../../src/protocol/grant.ts";

const FACTS: Facts = {
  home: "/home/ada",
  system: "/etc/kato",
  code: ["/opt/kato/src"],
  clientRoots: { "claude-code": ["/home/ada/.claude/projects"], codex: ["/home/ada/.codex/sessions"] },
  clientVariables: ["CLAUDE_CONFIG_DIR"],
  besides: [],
  nearestFolder: null,
  hasUnit: false,
  realPaths: { "/home/ada/notes": "/data/notes" },
};

function effective(text = "") {
  const merged = mergePolicy([{ origin: "user", file: "policy.toml", text }], FACTS.home);
  assert.ok(merged.ok, JSON.stringify(merged));
  return merged.effective;
}

/** `read /x`, without the environment that every command may see. */
function paths(grants: readonly Grant[]): string[] {
  return grants.flatMap((grant) => "path" in grant ? [`${grant.grant} ${grant.path}`] : []);
}

const COMMON = ["read /opt/kato/src", "read /etc/kato", "read /home/ada/.kato/config"];
const STATE = "/home/ada/.kato/state";
const STATUS = [`read ${STATE}/status.json`, `read ${STATE}/daemon.lock`];

Deno.test("plan() gives the daemon's orchestrator no session log and no destination", () => {
  const { profile, roles, hash } = plan({ profile: "daemon" }, effective(), FACTS);
  assert.equal(profile, "daemon");
  assert.equal(hash, effective().hash);
  assert.deepEqual(roles.map(({ role, grants }) => [role, paths(grants)]), [
    ["daemon", [
      ...COMMON,
      `read ${STATE}`,
      "read /home/ada/.kato/logs",
      "read /etc/machine-id",
      "list /home/ada/.kato/exports",
      `write ${STATE}`,
      "write /home/ada/.kato/logs",
    ]],
    ["parser:claude-code", ["read /home/ada/.claude/projects"]],
    ["parser:codex", ["read /home/ada/.codex/sessions"]],
    ["writer", ["write /home/ada/.kato/exports"]],
  ]);
});

Deno.test("plan() follows the policy: providers off, other folders, folders that are links", () => {
  const policy = effective(`
    [destinations]
    roots = ["~/notes"]
    default_root = "~/notes"
    [providers.claude-code]
    enabled = false
    [providers.codex]
    roots = ["/srv/codex"]
  `);
  const { roles } = plan({ profile: "daemon" }, policy, FACTS);
  assert.deepEqual(roles.slice(1).map(({ role, grants }) => [role, paths(grants)]), [
    ["parser:codex", ["read /srv/codex"]],
    ["writer", ["write /home/ada/notes", "write /data/notes"]],
  ]);
  assert.ok(paths(roles[0]?.grants ?? []).includes("list /data/notes"));
});

const UNITS = [
  "list /home/ada/.config/systemd/user/kato.service",
  "list /etc/systemd/user/kato.service",
  "list /usr/lib/systemd/user/kato.service",
];

Deno.test("plan() gives a one-shot command one role with exactly its paths", async (t) => {
  const cases: [request: PlanRequest, expected: string[], facts?: Partial<Facts>][] = [
    [
      { profile: "export", reads: ["/tmp/log.jsonl"], writes: "/home/ada/x.md" },
      [
        ...COMMON,
        ...STATUS,
        "read /home/ada/.kato/logs",
        "read /etc/machine-id",
        "read /tmp/log.jsonl",
        "read /tmp/log/subagents",
        "list /home/ada/.kato/exports",
        "list /home/ada",
        "write /home/ada/.kato/logs",
        "write /home/ada/x.md",
      ],
      { nearestFolder: "/home/ada", besides: ["/tmp/log/subagents"] },
    ],
    [
      { profile: "export", writes: "/home/ada/a/b/x.md" },
      [
        ...COMMON,
        ...STATUS,
        "read /home/ada/.kato/logs",
        "read /etc/machine-id",
        "read /home/ada/.claude/projects",
        "read /home/ada/.codex/sessions",
        "list /home/ada/.kato/exports",
        "list /home/ada",
        "write /home/ada/.kato/logs",
        "write /home/ada/a",
      ],
      { nearestFolder: "/home/ada" },
    ],
    [
      { profile: "export", reads: ["/tmp/log.jsonl"], writes: "/home/ada/out" },
      [
        ...COMMON,
        ...STATUS,
        "read /home/ada/.kato/logs",
        "read /etc/machine-id",
        "read /tmp/log.jsonl",
        "list /home/ada/.kato/exports",
        "list /home/ada/out",
        "write /home/ada/.kato/logs",
        "write /home/ada/out",
      ],
      { nearestFolder: "/home/ada/out" },
    ],
    [
      {
        profile: "export",
        reads: ["/tmp/log.jsonl"],
        writes: "/home/ada/x.md",
        images: "/home/ada/x.assets",
      },
      [
        ...COMMON,
        ...STATUS,
        "read /home/ada/.kato/logs",
        "read /etc/machine-id",
        "read /tmp/log.jsonl",
        "list /home/ada/.kato/exports",
        "list /home/ada",
        "write /home/ada/.kato/logs",
        "write /home/ada/x.md",
        "write /home/ada/x.assets",
      ],
      { nearestFolder: "/home/ada", keepsImages: true },
    ],
    [
      { profile: "export", writes: null },
      [
        ...COMMON,
        ...STATUS,
        "read /home/ada/.kato/logs",
        "read /etc/machine-id",
        "read /home/ada/.claude/projects",
        "read /home/ada/.codex/sessions",
        "list /home/ada/.kato/exports",
        "write /home/ada/.kato/logs",
      ],
    ],
    [{ profile: "cli-read:status" }, [...COMMON, ...STATUS]],
    [
      { profile: "cli-read:sessions" },
      [
        ...COMMON,
        ...STATUS,
        "read /home/ada/.claude/projects",
        "read /home/ada/.codex/sessions",
      ],
    ],
    [
      { profile: "seal", reads: ["/tmp/a.md", "/tmp/a.md.seal.json"], writes: "/tmp/a.md.seal.json" },
      [
        ...COMMON,
        ...STATUS,
        "read /home/ada/.kato/logs",
        "read /etc/machine-id",
        "read /home/ada/.claude/projects",
        "read /home/ada/.codex/sessions",
        "read /tmp/a.md",
        "read /tmp/a.md.seal.json",
        "list /home/ada/.kato/exports",
        "list /tmp",
        "write /home/ada/.kato/logs",
        "write /tmp/a.md.seal.json",
      ],
      { nearestFolder: "/tmp" },
    ],
    [
      { profile: "verify", reads: ["/tmp/a.md"] },
      [
        ...COMMON,
        ...STATUS,
        "read /home/ada/.kato/logs",
        "read /home/ada/.claude/projects",
        "read /home/ada/.codex/sessions",
        "read /tmp/a.md",
      ],
    ],
    [{ profile: "policy", reads: ["/tmp/p.toml"] }, [...COMMON, "read /tmp/p.toml"]],
    [
      { profile: "policy:explain", looks: "/srv/x.md" },
      [...COMMON, ...STATUS, "list /home/ada/.kato/exports", "list /srv"],
      { nearestFolder: "/srv" },
    ],
    [
      { profile: "policy:edit", looks: "/srv" },
      [
        ...COMMON,
        ...STATUS,
        "read /home/ada/.kato/logs",
        "read /etc/machine-id",
        "list /home/ada/.kato/exports",
        "list /srv",
        ...UNITS,
        "write /home/ada/.kato/config",
        "write /home/ada/.kato/logs",
      ],
      { nearestFolder: "/srv" },
    ],
    [
      { profile: "policy:edit", looks: "/nowhere" },
      [
        ...COMMON,
        ...STATUS,
        "read /home/ada/.config/systemd/user/kato.service.d",
        "read /home/ada/.kato/logs",
        "read /etc/machine-id",
        "list /home/ada/.kato/exports",
        ...UNITS,
        "write /home/ada/.kato/config",
        "write /home/ada/.config/systemd/user/kato.service.d",
        "write /home/ada/.kato/logs",
      ],
      { hasUnit: true },
    ],
    [{ profile: "audit" }, [...COMMON, "read /home/ada/.kato/logs"]],
    [{ profile: "audit", reads: ["/srv/copy"] }, [
      ...COMMON,
      "read /home/ada/.kato/logs",
      "read /srv/copy",
    ]],
    [
      { profile: "cli-read:doctor" },
      [
        ...COMMON,
        ...STATUS,
        "read /home/ada/.kato/logs",
        "read /etc/os-release",
        "read /var/lib/systemd/linger",
        "read /etc/systemd/system/multi-user.target.wants/kato@ada.service",
        ...["/home/ada/.config", "/etc", "/usr/lib"].map((folder) =>
          `read ${folder}/systemd/user/default.target.wants/kato.service`
        ),
        ...["/home/ada/.config", "/etc", "/usr/lib"].flatMap((folder) => [
          `read ${folder}/systemd/user/kato.service`,
          `read ${folder}/systemd/user/kato.service.d`,
        ]),
        ...["/etc", "/run", "/usr/lib"].flatMap((folder) => [
          `read ${folder}/systemd/system/kato@.service`,
          `read ${folder}/systemd/system/kato@.service.d`,
          `read ${folder}/systemd/system/kato@ada.service.d`,
        ]),
        "list /home/ada/.kato",
        "list /home/ada/.claude/projects",
        "list /home/ada/.codex/sessions",
        "list /home/ada/.kato/exports",
      ],
    ],
    [
      { profile: "fleet:status" },
      [
        ...COMMON,
        "read /etc/passwd",
        "read /run/user",
        "read /run/systemd/users",
        "read /etc/systemd/system/multi-user.target.wants",
        "read /etc/systemd/user/default.target.wants",
        "read /usr/lib/systemd/user/default.target.wants",
        ...["/home/ada", "/srv/bob"].flatMap((home) => [
          `read ${home}/.kato/state`,
          `read ${home}/.kato/config`,
          `read ${home}/.config/systemd/user`,
        ]).filter((grant) => !COMMON.includes(grant)),
        "list /home/ada",
        "list /srv/bob",
        "list /home/bob",
      ],
      {
        people: [
          { home: "/home/ada", named: "/home/ada", uid: 1000, name: "ada" },
          { home: "/srv/bob", named: "/home/bob", uid: 1001, name: "bob" },
        ],
      },
    ],
    [{ profile: "init" }, [...COMMON, "write /home/ada/.kato/config"]],
    [{ profile: "help" }, ["read /opt/kato/src"]],
    [
      { profile: "request" },
      [
        ...COMMON,
        ...STATUS,
        `read ${STATE}/requests`,
        ...["/home/ada/.claude/projects", "/home/ada/.codex/sessions"].map((root) => `list ${root}`),
        `write ${STATE}/requests`,
      ],
    ],
  ];
  for (const [request, expected, facts] of cases) {
    await t.step(JSON.stringify(request), () => {
      const { roles } = plan(request, effective(), { ...FACTS, ...facts });
      assert.equal(roles.length, 1);
      assert.deepEqual(paths(roles[0]?.grants ?? []), expected);
    });
  }
});

const PERSON = ["HOME", "TZ", "LANG", "LC_ALL", "LC_TIME"];
const TERMINAL = ["TERM", "COLUMNS", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"];
const CLIENT = ["CLAUDE_CONFIG_DIR"];
const CLI = [[...PERSON, ...TERMINAL], ["uid"]] as const;

/** The variables and the items of `sys` of every command. */
const NAMES: Readonly<Record<string, readonly [env: readonly string[], sys: readonly string[]]>> = {
  "plan": [[...PERSON, ...CLIENT], ["uid"]],
  "daemon": [[...PERSON, "USER", ...TERMINAL, "JOURNAL_STREAM", ...CLIENT], ["uid", "hostname"]],
  "export": [[...PERSON, "USER", ...TERMINAL, ...CLIENT], ["uid", "hostname"]],
  "cli-read:status": CLI,
  "cli-read:sessions": [[...PERSON, ...TERMINAL, ...CLIENT], ["uid"]],
  "cli-read:doctor": [[...PERSON, ...TERMINAL, ...CLIENT], ["uid", "osRelease", "statfs"]],
  "request": [[...PERSON, ...TERMINAL, ...CLIENT], ["uid"]],
  "forget": [[...PERSON, ...TERMINAL, ...CLIENT], ["uid"]],
  "clean": CLI,
  "policy": CLI,
  "policy:explain": [[...PERSON, ...TERMINAL, ...CLIENT], ["uid"]],
  "policy:edit": [[...PERSON, "USER", ...TERMINAL, ...CLIENT], ["uid", "hostname"]],
  "audit": CLI,
  "scan": CLI,
  "search": [[...PERSON, "USER", ...TERMINAL, ...CLIENT], ["uid", "hostname"]],
  "search:read": CLI,
  "seal": [[...PERSON, "USER", ...TERMINAL, ...CLIENT], ["uid", "hostname"]],
  "verify": [[...PERSON, ...TERMINAL, ...CLIENT], ["uid"]],
  "fleet:status": CLI,
  "init": CLI,
  "help": CLI,
};

const SEARCHED = [
  "read /home/ada/.claude/projects",
  "read /home/ada/.codex/sessions",
  "read /home/ada/.kato/exports",
  `read ${STATE}/forgotten/sessions.json`,
  "read /home/ada/.kato/index",
  "read /home/ada/.kato/logs",
  "read /etc/machine-id",
  "write /home/ada/.kato/index",
  "write /home/ada/.kato/logs",
];

for (const [enabled, granted] of [[true, SEARCHED], [false, []]] as const) {
  Deno.test(`plan() gives the search its places, where it is ${enabled ? "on" : "off: none"}`, () => {
    const { roles } = plan({ profile: "search" }, effective(`[search]\nenabled = ${enabled}\n`), FACTS);
    assert.deepEqual(roles.map(({ grants }) => paths(grants)), [[...COMMON, ...granted]]);
  });
}

for (const { profile } of MATRIX) {
  // These two are roles. plan() gives them paths alone.
  if (profile === "parser:<provider>" || profile === "writer:<destination>") continue;
  Deno.test(`plan() lets ${profile} see these variables and these facts of the system alone`, () => {
    const { roles } = plan({ profile }, effective(), FACTS);
    const namesOf = (kind: string) =>
      (roles[0]?.grants ?? []).flatMap((one) => one.grant === kind && "name" in one ? [one.name] : []);
    assert.deepEqual([namesOf("env"), namesOf("sys")], NAMES[profile]);
    for (const { grants } of roles.slice(1)) assert.ok(grants.every((one) => "path" in one));
  });
}

Deno.test("plan() works without a policy for the commands that mend one, and for no other", () => {
  for (const { profile } of MATRIX) {
    if (rowOf(profile).needsPolicy) {
      assert.throws(() => plan({ profile }, null, FACTS), /internal error/);
    } else {
      const { hash, roles } = plan({ profile }, null, FACTS);
      assert.equal(hash, null);
      const known = plan({ profile }, effective(), FACTS).roles.flatMap(({ grants }) => paths(grants));
      for (const path of roles.flatMap(({ grants }) => paths(grants))) assert.ok(known.includes(path), path);
    }
  }
});

Deno.test("unionGrants() is what all roles may do, each grant once", () => {
  const daemon = plan({ profile: "daemon" }, effective(), FACTS);
  const union = unionGrants(daemon);
  for (const { grants } of daemon.roles) {
    for (const grant of grants) {
      assert.equal(union.filter((one) => JSON.stringify(one) === JSON.stringify(grant)).length, 1);
    }
  }
});

Deno.test("denoFlags() names every kind, and doubles commas", () => {
  assert.deepEqual(
    denoFlags([
      { grant: "read", path: "/a,b" },
      { grant: "list", path: "/c" },
      { grant: "read", path: "/c" },
      { grant: "env", name: "HOME" },
      { grant: "sys", name: "uid" },
    ]),
    [
      "--no-prompt",
      "--allow-read=/a,,b,/c",
      "--deny-write",
      "--allow-env=HOME",
      "--allow-sys=uid",
      "--deny-net",
      "--deny-run",
      "--deny-ffi",
      "--deny-import",
    ],
  );
  assert.deepEqual(denoFlags([]).filter((flag) => flag.startsWith("--allow")), []);
});

Deno.test("workerPermissions() is whole: what has no grant is false", () => {
  const nothing = Object.fromEntries(
    ["read", "write", "env", "sys", "net", "run", "ffi", "import"].map((kind) => [kind, false]),
  );
  const table: readonly (readonly [grants: readonly Grant[], given: Record<string, readonly string[]>])[] = [
    [[], {}],
    [[{ grant: "read", path: "/a" }], { read: ["/a"] }],
    [[{ grant: "list", path: "/a" }], { read: ["/a"] }],
    [[{ grant: "read", path: "/a" }, { grant: "list", path: "/a" }], { read: ["/a"] }],
    [[{ grant: "write", path: "/a,b" }], { write: ["/a,b"] }],
    [[{ grant: "env", name: "HOME" }], { env: ["HOME"] }],
    [[{ grant: "sys", name: "uid" }], { sys: ["uid"] }],
  ];
  for (const [grants, given] of table) {
    assert.deepEqual(workerPermissions(grants), { ...nothing, ...given });
  }
});

Deno.test("a process started with denoFlags() can do what was granted, and nothing else", async () => {
  const base = await Deno.makeTempDir();
  try {
    const [granted, beside, script] = [`${base}/a,b`, `${base}/a`, `${base}/probe.ts`];
    for (const folder of [granted, beside]) {
      Deno.mkdirSync(folder);
      Deno.writeTextFileSync(`${folder}/f`, "x");
    }
    Deno.writeTextFileSync(
      script,
      `const tries = {
        read: () => Deno.readTextFileSync("${granted}/f"),
        readBeside: () => Deno.readTextFileSync("${beside}/f"),
        write: () => Deno.writeTextFileSync("${granted}/g", ""),
        home: () => Deno.env.get("HOME"),
        path: () => Deno.env.get("PATH"),
        uid: () => Deno.uid(),
        host: () => Deno.hostname(),
        run: () => new Deno.Command("true").outputSync(),
        net: () => Deno.listen({ port: 0 }),
        ffi: () => Deno.dlopen("libc.so.6", {}),
      };
      const can = [];
      for (const [name, attempt] of Object.entries(tries)) try { attempt(); can.push(name); } catch (error) {
        if (error.name !== "NotCapable") throw error;
      }
      console.log(can.join(" "));`,
    );
    const flags = denoFlags([
      { grant: "read", path: granted },
      { grant: "env", name: "HOME" },
      { grant: "sys", name: "uid" },
    ]);
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-config", "--no-lock", ...flags, script],
    }).output();
    assert.equal(new TextDecoder().decode(stdout).trim(), "read home uid", new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(base, { recursive: true });
  }
});

Deno.test("parsePlan() reads back what renderPlan() wrote", () => {
  for (const { profile } of MATRIX) {
    // These two are roles, which no command runs under.
    if (profile === "parser:<provider>" || profile === "writer:<destination>") continue;
    for (const policy of rowOf(profile).needsPolicy ? [effective()] : [effective(), null]) {
      const made = plan({ profile }, policy, FACTS);
      const text = renderPlan(made);
      assert.ok(text.ok);
      assert.deepEqual(parsePlan(text.text), { ok: true, plan: made });
    }
  }
});

Deno.test("renderPlan() writes the documented text", () => {
  const text = renderPlan({
    profile: "audit",
    hash: null,
    roles: [{ role: "audit", grants: [{ grant: "read", path: "/a b,c" }, { grant: "env", name: "TZ" }] }],
  });
  assert.ok(text.ok);
  assert.equal(text.text, "kato-plan 1\0hash none\0profile audit\0role audit\0read /a b,c\0env TZ\0end\0");
});

Deno.test("renderPlan() refuses a path that no launcher would take", () => {
  for (const path of ["/a\nb", "/a/../b", "relative", "/", "/a//b", "/a/", "/a\0write /", "/\ud800"]) {
    const made = plan({ profile: "policy", reads: [path] }, effective(), FACTS);
    assert.equal(renderPlan(made).ok, false, JSON.stringify(path));
  }
});

Deno.test("parsePlan() refuses anything odd", async (t) => {
  const good = "kato-plan 1\0hash none\0profile audit\0role audit\0read /a\0end\0";
  assert.ok(parsePlan(good).ok);
  const cases: [name: string, text: string, why: RegExp][] = [
    ["nothing", "", /no end/],
    ["another version", good.replace("kato-plan 1", "kato-plan 2"), /does not begin/],
    ["cut short", good.slice(0, -4), /no end/],
    ["more after the end", `${good}read /b\0`, /no end/],
    ["two ends", `${good}end\0`, /field that it should not have/],
    ["no hash", good.replace("hash none\0", ""), /no hash/],
    ["half a hash", good.replace("none", "abc123"), /no hash/],
    ["an unknown profile", good.replace("profile audit", "profile root"), /no known profile/],
    [
      "a role that is not the profile's",
      good.replace("role audit", "role daemon"),
      /does not begin with the role/,
    ],
    ["no role", "kato-plan 1\0hash none\0profile audit\0end\0", /does not begin with the role/],
    [
      "a grant before its role",
      good.replace("role audit\0read /a", "read /a\0role audit"),
      /before the first role/,
    ],
    ["the same role twice", good.replace("end\0", "role audit\0end\0"), /twice/],
    ["an odd role", good.replace("end\0", "role a b\0end\0"), /odd role/],
    ["an unknown verb", good.replace("read /a", "run /bin/sh"), /should not have/],
    ["a bare word", good.replace("read /a", "read"), /should not have/],
    ["a relative path", good.replace("/a", "a"), /not absolute and plain/],
    ["the root", good.replace("/a", "/"), /not absolute and plain/],
    ["a step up", good.replace("/a", "/a/../b"), /not absolute and plain/],
    ["a step to the same place", good.replace("/a", "/a/./b"), /not absolute and plain/],
    ["an empty step", good.replace("/a", "/a//b"), /not absolute and plain/],
    ["a step to nothing", good.replace("/a", "/a/"), /not absolute and plain/],
    ["no verb", good.replace("read /a", " /a"), /should not have/],
    ["an empty field", good.replace("read /a", ""), /should not have/],
    ["no path", good.replace("read /a", "read "), /not absolute and plain/],
    ["a control character", good.replace("/a", "/a\nb"), /control character/],
    ["a C1 control character", good.replace("/a", "/a\u009bb"), /control character/],
    ["bytes that were no text", good.replace("/a", "/\ufffd"), /not UTF-8/],
    ["an odd variable", good.replace("read /a", "env A=B"), /odd variable/],
    ["an odd item", good.replace("read /a", "sys uid,gid"), /odd item/],
    ["more than 64 KiB", good.replace("/a", `/${"a".repeat(65_536)}`), /longer than/],
  ];
  for (const [name, text, why] of cases) {
    await t.step(name, () => {
      const parsed = parsePlan(text);
      assert.ok(!parsed.ok);
      assert.match(parsed.message, why);
    });
  }
});

Deno.test("parsePlan() takes a plan of the largest size, with any character that a path may have", () => {
  const planOf = (path: string) => `kato-plan 1\0hash none\0profile audit\0role audit\0read ${path}\0end\0`;
  for (const character of ["a", "é"]) {
    const size = new TextEncoder().encode(character).length;
    const room = PLAN_BYTES - planOf("/").length;
    const longest = planOf(`/${"a".repeat(room % size)}${character.repeat(Math.floor(room / size))}`);
    assert.equal(new TextEncoder().encode(longest).length, PLAN_BYTES);
    assert.equal(parsePlan(longest).ok, true);
    assert.equal(parsePlan(longest.replace("/", "/b")).ok, false);
  }
  for (const path of ["/a b", "/a\u2028b", "/ a", "/read /b", "/..a/.b"]) {
    const parsed = parsePlan(planOf(path));
    assert.deepEqual(parsed.ok && parsed.plan.roles[0]?.grants, [{ grant: "read", path }], path);
  }
});

Deno.test("parsePlan() gives grants or refuses, whatever it is given", () => {
  const field = fc.oneof(
    fc.constantFrom("read ", "list ", "write ", "env ", "sys ", "role audit", "role parser:codex", "end"),
    fc.string({ unit: "binary" }),
    fc.constantFrom("/a", "/../a", "HOME", "uid"),
  );
  fc.assert(fc.property(fc.array(fc.tuple(field, field)), (fields) => {
    const body = fields.map(([a, b]) => `${a}${b}\0`).join("");
    const parsed = parsePlan(`kato-plan 1\0hash none\0profile audit\0role audit\0${body}end\0`);
    if (!parsed.ok) return;
    for (const { grants } of parsed.plan.roles) {
      for (const one of grants) {
        assert.deepEqual(grant.parse(one), one);
        if ("path" in one) assert.ok(one.path.startsWith("/") && !one.path.split("/").includes(".."));
      }
    }
    assert.deepEqual(renderPlan(parsed.plan).ok, true);
  }));
});

Deno.test("the launcher keeps a command's memory as a checkout does", () => {
  const source = (file: string) =>
    Deno.readTextFileSync(new URL(`../../src/launcher/${file}`, import.meta.url));
  for (const command of ["daemon", "export"]) {
    const flags = memoryFlags(command).join(",");
    assert.ok(flags !== "" && source("flags.c").includes(flags), command);
    for (const [name, value] of Object.entries(memoryVariables(command))) {
      assert.ok(source("environment.c").includes(`"${name}=${value}"`), name);
    }
  }
});
