/**
 * What an installed daemon attempts on a normal day, seen by strace: each role makes only the calls that its rows of
 * src/launcher/syscalls.def allow, and opens and changes only what the plan grants it and what its runtime needs. Only root
 * can see all of it: the monitor's memory is closed to its own person.
 */
import assert from "node:assert/strict";
import { dirname, join } from "@std/path";
import type { Plan } from "../../src/permissions/plan.ts";
import type { Grant } from "../../src/protocol/grant.ts";
import { isInside } from "../../src/settings/folders.ts";
import { SYSTEM_POLICY } from "../../src/settings/places.ts";
import { asPerson, PERSON } from "../../tools/tests/person.ts";
import { readSystemCalls } from "../../tools/system_calls.ts";
import { read } from "../documents.ts";
import { INSTALLATION, KATO } from "../installed.ts";
import { onlyWith, program, ROOT } from "../needs.ts";
import { tried } from "../tried.ts";
import { append, createRows } from "./stage/claude_rows.ts";
import { CODEX, logOf } from "./stage/clients.ts";
import { makeHome, planDaemon, startDaemon, type TestHome } from "./stage/harness.ts";
import { readExport } from "./stage/stage.ts";
import { type Attempt, readTrace, type Role, traceInto } from "./stage/trace.ts";
import { until } from "./stage/until.ts";

const ROLES = ["planner", "orchestrator", "parser", "writer"] as const;

/** The kinds of process in the rows, as seccomp.c has them. The unit's filter gives the launcher every row. */
const WHO: Readonly<Record<string, readonly Role[]>> = {
  EVERYBODY: ["monitor", ...ROLES],
  WRITING: ["monitor", "orchestrator", "writer"],
  KEEPING: ["monitor", "orchestrator"],
  FOLLOWING: ["monitor", "orchestrator", "parser"],
  MONITOR: ["monitor"],
  LAUNCHER: [],
};

interface Tables {
  /** `role call` */
  readonly calls: ReadonlySet<string>;
  readonly plan: Plan;
  /** What the runtime reads of its own. */
  readonly runtime: readonly string[];
  readonly home: string;
}

function tablesOf(home: TestHome): Tables {
  const rows = readSystemCalls(read("src/launcher/syscalls.def"));
  const calls = rows.flatMap(({ name, who }) =>
    ["launcher", ...WHO[who] ?? assert.fail(who)].map((role) => `${role} ${name}`)
  );
  const library = join(dirname(KATO ?? ""), "../lib/kato");
  const [, system = ""] = /READABLE\[\] = \{([^}]*)\}/.exec(read("src/launcher/grants.c")) ?? [];
  const ofSystem = [...system.matchAll(/"([^"]+)"( TRIPLET)?/g)].map(([, path = "", triplet]) =>
    triplet === undefined ? path : `${path}${Deno.build.arch}-linux-gnu`
  );
  assert.ok(ofSystem.length > 4);
  return {
    calls: new Set(calls),
    plan: planDaemon(home, [library]),
    runtime: [library, ...ofSystem],
    home: home.path,
  };
}

function grantsOf({ role, reads }: Attempt, { plan, home }: Tables): readonly Grant[] {
  if (role === "planner") {
    return [SYSTEM_POLICY, `${home}/.kato/config`].map((path) => ({ grant: "read", path }));
  }
  // It makes the roles' files, and looks how much memory the roles hold.
  if (role === "monitor") {
    return [...plan.roles.flatMap(({ grants }) => grants), { grant: "read", path: "/proc" }];
  }
  const names: Partial<Record<Role, string>> = { orchestrator: "daemon", writer: "writer" };
  const isRead = (grants: readonly Grant[]) =>
    grants.flatMap((one) => one.grant === "read" ? [one.path] : []).join(",") === reads;
  const found = plan.roles.find(({ role: name, grants }) =>
    role === "parser" ? name.startsWith("parser:") && isRead(grants) : name === names[role]
  );
  return found?.grants ?? [];
}

/** Calls that open or change what a path names. Others look at names alone, and every role may. */
const READING = ["open", "openat", "inotify_add_watch"];
const CHANGING = /^(mkdir|rmdir|unlink|rename|link|symlink|chmod|fchmodat|chown|fchown|truncate|creat|mknod)/;

/** The kinds of grant of which this attempt needs one; null when it needs none. */
function needOf({ role, call, args }: Attempt): readonly Grant["grant"][] | null {
  if (CHANGING.test(call)) return ["write"];
  // By O_PATH the monitor holds a name, and can read nothing.
  if (!READING.includes(call) || (role === "monitor" && args.includes("O_PATH"))) return null;
  return /O_(WRONLY|RDWR|CREAT|TRUNC)/.test(args) ? ["write"] : ["read", "list"];
}

/** Facts on the machine, a package manager's settings, a cache: the runtime looks for them, and goes on without. */
const LOOKED_FOR = ["/proc", "/sys/devices/system/cpu", "/sys/fs/cgroup", "/dev/null/none"];

function isInVain(path: string, { error }: Attempt, { home }: Tables): boolean {
  const looked = [...LOOKED_FOR, `${home}/.npmrc`].some((one) => isInside(path, one));
  return looked && ["EACCES", "EPERM", "ENOENT", "ENOTDIR"].includes(error ?? "");
}

/** One of each kind: most of a day repeats. */
function distinct(attempts: readonly Attempt[]): Attempt[] {
  const key = (one: Attempt) =>
    JSON.stringify([one.role, one.reads, one.call, one.error, one.paths, needOf(one)]);
  return [...new Map(attempts.map((one) => [key(one), one])).values()];
}

/** What is outside the tables. */
function findings(attempts: readonly Attempt[], tables: Tables): string[] {
  const found = attempts.flatMap((attempt) => {
    const { role, call, paths, error } = attempt;
    const need = needOf(attempt);
    // The filter answers so where libc and the runtime have another way.
    const isAbsent = error === "ENOSYS";
    const allInVain = paths.length > 0 && paths.every((path) => isInVain(path, attempt, tables));
    const isAllowed = tables.calls.has(`${role} ${call}`) || isAbsent || allInVain;
    const calls = isAllowed ? [] : [`${role} calls ${call}`];
    if (need === null || role === "launcher") return calls;
    const grants = grantsOf(attempt, tables);
    const outside = paths.filter((path) =>
      !grants.some((grant) => need.includes(grant.grant) && "path" in grant && isInside(path, grant.path)) &&
      !(need.includes("read") && tables.runtime.some((one) => isInside(path, one))) &&
      !isInVain(path, attempt, tables)
    );
    return [...calls, ...outside.map((path) => `${role} ${need[0]}s ${path}`)];
  });
  return [...new Set(found)].sort();
}

/** Starts, follows two clients, records, exports, stops. Gives all that was attempted. */
async function traceDay(home: TestHome, kato: string): Promise<Attempt[]> {
  const file = `${home.path}/trace`;
  // The runtime looks for it, and must not get it.
  Deno.writeTextFileSync(`${home.path}/.npmrc`, "//registry/:_authToken=secret\n");
  const rows = createRows();
  const thread = CODEX.createRows();
  const log = home.log(rows.session);
  const threadLog = logOf(CODEX, home, thread.session);
  for (const path of [log, threadLog]) Deno.writeTextFileSync(path, "");
  const owned = new Deno.Command("chown", { args: ["-R", `${PERSON}:${PERSON}`, home.path] });
  assert.ok(owned.outputSync().success);
  {
    await using daemon = startDaemon(home, {
      env: { PATH: "/usr/bin:/bin" },
      under: [...traceInto(file), ...asPerson()],
    });
    await daemon.whenUp();
    append(log, rows.user("::record notes.md\nLet us begin."), rows.assistant("one"));
    CODEX.put(
      logOf(CODEX, home, thread.session),
      thread.user("::capture thread.md"),
      thread.assistant("eins"),
    );
    const holds = (name: string, part: string) =>
      until(`${name} holds ${part}`, () => readExport(home, name).includes(part), { saw: daemon.said });
    await holds("notes.md", "one");
    await holds("thread.md", "eins");
    append(log, rows.assistant("two"), rows.user("::export once.md"));
    await holds("once.md", "two");
    append(log, rows.user("::stop"));
    await daemon.whenRecording("notes.md", "stopped");
    assert.equal(await daemon.stop(), 0);
  }
  // strace ends after the daemon. Its last line is the end of the process that it followed first.
  const isWhole = (text: string) => {
    const first = /^\d+/.exec(text)?.[0];
    return new RegExp(`^${first} +\\+\\+\\+ exited with 0 \\+\\+\\+\n$`).test(
      text.slice(text.lastIndexOf("\n", text.length - 2) + 1),
    );
  };
  await until("strace has written all", () => isWhole(Deno.readTextFileSync(file)), { everyMs: 50 });
  return readTrace(Deno.readTextFileSync(file), kato);
}

Deno.test({
  ...onlyWith(
    "attempts: on a normal day no role makes a call outside its table, and none opens a path outside its plan",
    INSTALLATION,
    ROOT,
    program("strace"),
  ),
  async fn() {
    await using home = await makeHome();
    const tables = tablesOf(home);
    const all = await traceDay(home, KATO ?? assert.fail());
    const attempts = distinct(all);
    assert.deepEqual(findings(attempts, tables), []);

    // The same day with any used row or grant missing: it is noticed, and nothing else is.
    const used = new Set(
      attempts.filter(({ role, error }) => role !== "launcher" && error !== "ENOSYS")
        .map(({ role, call }) => `${role} ${call}`).filter((one) => tables.calls.has(one)),
    );
    for (const one of used) {
      const calls = new Set([...tables.calls].filter((other) => other !== one));
      assert.deepEqual(findings(attempts, { ...tables, calls }), [one.replace(" ", " calls ")]);
    }
    for (const role of ["daemon", "parser:claude-code", "parser:codex", "writer"]) {
      const roles = tables.plan.roles.map((own) => own.role === role ? { ...own, grants: [] } : own);
      assert.notDeepEqual(findings(attempts, { ...tables, plan: { ...tables.plan, roles } }), [], role);
    }
    const roles = new Set(attempts.map(({ role }) => role));
    assert.deepEqual([...roles].sort(), ["launcher", "monitor", ...ROLES].sort());
    const opened = new Set(attempts.filter((one) => needOf(one) !== null).flatMap(({ paths }) => paths));
    tried(`${all.length} calls of ${used.size} kinds, ${opened.size} opened paths, each kind denied once`);
  },
});
