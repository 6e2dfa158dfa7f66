/**
 * Code that took the service over, inside the unit, inside the launcher's sandbox, inside both, and inside neither: what
 * each layer refuses by itself. Without both, every attempt succeeds, so that the tests can fail.
 */
import assert from "node:assert/strict";
import { must, open, place, remove, run, test, untilSo, work } from "./machine.ts";
import { clear, type Service, start, systemService, userService } from "./service.ts";

type Results = Readonly<Record<string, string>>;

const ATTACKER = "/usr/lib/kato-attacker";
const PROBE = "/usr/bin/kato-probe";

/** The layers that refuse an attempt alone: the unit (where it is a unit of the system), the launcher. */
const REFUSED_BY: Readonly<Record<string, "both" | "kato@.service and launcher" | "launcher">> = {
  "write to the home": "both",
  "write to /tmp": "both",
  "write to /dev/shm": "both",
  "write to /run": "both",
  "write to session logs": "both",
  "write a person's settings": "both",
  "read a key in ~/.ssh": "both",
  "read another person's file": "both",
  "open a unix socket": "both",
  "open an internet socket": "both",
  "open an IPv6 socket": "both",
  "open a netlink socket": "both",
  "open a packet socket": "both",
  "connect to the message bus": "both",
  "run a program": "both",
  "run what it wrote to the state": "both",
  "run what it wrote to the logs": "both",
  "run what it wrote to the exports": "both",
  "run from memory": "both",
  "make code in memory": "both",
  "gain capabilities in a namespace": "both",
  "mount in a namespace": "both",
  "gain privileges by a program": "both",
  "make a set-uid program": "both",
  // The unit's filter cannot look at arguments, and a daemon needs these calls for other things.
  "open a file of its own to others": "launcher",
  "hold others up with a lease": "launcher",
  "change flags of an open file": "launcher",
  "signal another process by a descriptor": "launcher",
  "choose another process's processors": "both",
  // A person's service manager cannot mount another view of /proc, and the monitor must be able to signal its roles.
  "see another process's command": "kato@.service and launcher",
  "see another process's environment": "both",
  "trace another process": "both",
  "signal another process": "launcher",
  "use the session's keys": "both",
  "use io_uring": "both",
};
const ATTEMPTS = Object.keys(REFUSED_BY);

/** Refused even to who is not confined at all. */
const NEVER = ["open a packet socket"];

const REFUSALS = ["EACCES", "EPERM", "EROFS", "ENOENT", "ENOSYS", "EXDEV", "ESRCH"];

function isRefused(results: Results, name: string): boolean {
  const how = results[name];
  assert.ok(how !== undefined, `${name} was not tried`);
  assert.ok(how === "done" || REFUSALS.includes(how), `${name}: ${how}`);
  return how !== "done";
}

/** Puts there the files to steal and the programs that try to. */
async function furnish(): Promise<string> {
  place(open, "alice", "/home/alice/.ssh/id", "a key");
  place(open, "alice", "/home/alice/.config/settings", "");
  place(open, "alice", "/home/alice/.claude/projects/log.jsonl", "");
  // Of somebody who is careless, so that only kato's own layers refuse it.
  place(open, "bob", "/home/bob/notes", "a note", 0o644);
  Deno.chmodSync(`${open.root}/home/bob`, 0o755);
  for (const [from, to] of [[`${work}/attacker`, ATTACKER], [`${work}/kato-probe`, PROBE]] as const) {
    remove(open, to);
    Deno.copyFileSync(from, `${open.root}${to}`);
    Deno.chmodSync(`${open.root}${to}`, 0o755);
  }
  await run(
    open,
    "alice",
    "systemctl --user stop victim; systemd-run --user -q --unit=victim sleep infinity",
  );
  const process = (await must(open, "alice", "systemctl --user show --property=MainPID --value victim"))
    .trim();
  place(
    open,
    "root",
    "/usr/lib/kato/attack.js",
    Deno.readTextFileSync(new URL("attack.js", import.meta.url)),
  );
  const targets = JSON.stringify({ home: "/home/alice", other: "/home/bob", process: Number(process) });
  place(open, "root", "/usr/lib/kato/attack.json", targets);
  return process;
}

function cleanUp(): void {
  Deno.chmodSync(`${open.root}/home/bob`, 0o700);
  for (const path of [ATTACKER, PROBE, "/usr/lib/kato/attack.js", "/usr/lib/kato/attack.json"]) {
    remove(open, path);
  }
}

/** `name<TAB>how` lines. */
function readLines(text: string): Results {
  return Object.fromEntries(
    text.split("\n").flatMap((line) => {
      const [name = "", how] = line.split("\t");
      return how === undefined ? [] : [[name, how]];
    }),
  );
}

/** In the unit, another program in place of kato. */
async function inUnit(service: Service, program: string, line: string): Promise<void> {
  const [who, folder] = service.unit === "kato"
    ? ["alice", "/home/alice/.config/systemd/user/kato.service.d"] as const
    : ["root", "/etc/systemd/system/kato@alice.service.d"] as const;
  const dropIn = `[Service]\nExecStart=\nExecStart=${line}\nExecPaths=${program}\nRestart=no\n`;
  place(service.machine, who, `${folder}/90-attacker.conf`, dropIn);
  await service.systemctl("daemon-reload");
  await service.systemctl(`start ${service.unit}`);
}

const PARSER = `${PROBE} --allow-all --script parser:claude-code attack.js daemon`;

function findReport(text: string): Results | null {
  const line = text.split("\n").find((line) => line.includes('{"write to the home"'));
  return line === undefined ? null : JSON.parse(line.slice(line.indexOf("{"), line.lastIndexOf("}") + 1));
}

test("neither layer: code of the person's can do all of it", async () => {
  await clear(open);
  await start(userService(open));
  const process = await furnish();
  const results = readLines(await must(open, "alice", `${ATTACKER} /home/alice /home/bob ${process}`));
  assert.deepEqual(Object.keys(results).sort(), [...ATTEMPTS].sort());
  assert.deepEqual(ATTEMPTS.filter((name) => isRefused(results, name)), NEVER);
  cleanUp();
});

for (const service of [userService(open), systemService(open)]) {
  const isUser = service.unit === "kato";

  test(`${service.unit}, the unit by itself refuses what it can, and says what it cannot`, async () => {
    await clear(open);
    const process = await furnish();
    await inUnit(service, ATTACKER, `${ATTACKER} /home/alice /home/bob ${process}`);
    const results = await untilSo("the attacker's report", async () => {
      const lines = readLines(await service.journal());
      return ATTEMPTS.every((name) => lines[name] !== undefined) && lines;
    }, () => service.journal());
    const open_ = ATTEMPTS.filter((name) => !isRefused(results, name));
    const wanted = ATTEMPTS.filter((name) =>
      REFUSED_BY[name] === "launcher" || isUser && REFUSED_BY[name] === "kato@.service and launcher"
    );
    assert.deepEqual(open_, wanted);
    cleanUp();
  });

  test(`${service.unit}, unit and launcher: a parser that was taken over can do nothing of it`, async () => {
    await clear(open);
    await furnish();
    await inUnit(service, PROBE, PARSER);
    const results = await untilSo(
      "the parser's report",
      async () => findReport(await service.journal()),
      () => service.journal(),
    );
    assert.deepEqual(ATTEMPTS.filter((name) => !isRefused(results, name)), []);
    cleanUp();
  });
}

test("the launcher by itself: a parser that was taken over can do nothing of it", async () => {
  await clear(open);
  await must(open, "alice", "mkdir -p -m 700 ~/.claude/projects");
  await furnish();
  // It goes on after its report, so it is ended then.
  const { err } = await run(
    open,
    "alice",
    `said=$(mktemp); ${PARSER} 2>"$said" & parser=$!; ` +
      `until grep -q '{"write to the home"' "$said" || ! kill -0 $parser; do sleep 0.1; done; ` +
      'kill -TERM $parser; wait $parser; cat "$said" >&2',
  );
  const results = findReport(err);
  assert.ok(results !== null, err);
  assert.deepEqual(ATTEMPTS.filter((name) => !isRefused(results, name)), []);
  cleanUp();
});
