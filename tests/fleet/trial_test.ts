/** A fleet's machine with people who hold things up. None of them holds up root or another person. */
import assert from "node:assert/strict";
import { dirname } from "@std/path";
import {
  asAlice,
  asRoot,
  daemonOf,
  EXAMPLES,
  machine,
  onMachine,
  runDocumented,
  textOf,
  tryAsAlice,
  tryAsRoot,
  tryDocumented,
  whenInJournal,
} from "./fleet.ts";
import { isWithin } from "../machine_speed.ts";
import { homeOf, must, place, run, untilSo, type Who } from "../booted/machine.ts";
import {
  dismiss,
  gather,
  neverEnd,
  whenFollows,
  whenNobodyRecords,
  whenOthersFollow,
  whileHalted,
} from "./people.ts";
import { BASE, play, type Played, runEverywhere, type Variables } from "./play.ts";

const withPolicy = (commands: boolean, enable = "all"): Variables => ({
  ...BASE,
  kato_enable: enable,
  kato_policy: { "recording.commands": commands },
});

function assertNames(played: Played, ok: boolean, ...reasons: readonly RegExp[]): void {
  assert.equal(played.ok, ok, played.out);
  for (const reason of reasons) assert.match(played.out, reason);
  assert.doesNotMatch(played.out, /kato of (?:alice|bob|carol) .*(?:does not run|runs since)/);
}

interface Seen {
  readonly user: string;
  readonly expected: boolean;
  readonly running: boolean | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly problem: string | null;
  readonly version: string | null;
}

/** The answer of the page's command on a person: whether kato must run, whether it runs, and why not. */
type Said = readonly [expected: boolean, running: boolean | null, reason: string | null];

const RUNS: Said = [true, true, null];
const LOGGED_OUT: Said = [false, false, "not-expected"];

/** Of those who are named: ops comes and goes with the plays, and other tests have people of their own. */
async function assertFleet(status: number, wanted: Readonly<Record<string, Said>>): Promise<readonly Seen[]> {
  const { code, out, err } = await tryDocumented("kato fleet status");
  const all: readonly Seen[] = JSON.parse(out || "{}").people ?? assert.fail(err);
  const people = all.filter(({ user }) => user in wanted);
  const said = people.map(({ user, expected, running, reason }) => [user, [expected, running, reason]]);
  assert.deepEqual(Object.fromEntries(said), wanted, out);
  assert.equal(code, status, out);
  return people;
}

const BROKEN = /kato of frank \(1005\): does not run, for its folders cannot be made/;
const READ_ONLY = /kato of dave \(1003\): does not run/;

onMachine("whose home is broken or read-only is named by every play, and ends it for nobody", async () => {
  await gather();
  assertNames(await play(withPolicy(true)), true, BROKEN, READ_ONLY);
  await daemonOf("kato.service");
  await whenOthersFollow();
  const again = await play(withPolicy(true));
  assertNames(again, true, BROKEN, READ_ONLY);
  assert.equal(again.changed, 0, again.out);
  assertNames(await play(withPolicy(true), "--check"), true, BROKEN);
  await whenFollows("erin");
  // Root reads a folder that nobody can write, and follows no link of a person's.
  await assertFleet(2, {
    alice: RUNS,
    bob: LOGGED_OUT,
    carol: RUNS,
    dave: [true, false, "never-started"],
    erin: RUNS,
    frank: [true, null, "unreadable"],
  });
});

onMachine("whose service never ends holds up nobody; the play fails and names the person", async () => {
  await daemonOf("kato.service");
  await whenFollows("erin");
  await neverEnd();
  assertNames(
    await play(withPolicy(false)),
    false,
    /kato of erin \(1004\) did not end .* was killed/,
    BROKEN,
  );
  await whenOthersFollow();
  // Killed with all that was to end it, it has been started again.
  await whenFollows("erin");
  assertNames(await play(withPolicy(false)), true, BROKEN);
});

onMachine("whose service manager is halted holds up nobody, and is named until it goes on", async () => {
  const silent = /kato of erin \(1004\): does not run, and the person's service manager does not answer/;
  await whileHalted(async () => {
    assertNames(await play(withPolicy(true)), false, silent, BROKEN);
    await whenOthersFollow();
    const again = await play(withPolicy(true));
    assertNames(again, false, silent);
    assert.equal(again.changed, 0, again.out);
    const began = performance.now();
    const people = await assertFleet(2, {
      alice: RUNS,
      bob: LOGGED_OUT,
      carol: RUNS,
      dave: [true, false, "never-started"],
      erin: [true, false, "ended"],
      frank: [true, null, "unreadable"],
    });
    assert.ok(isWithin(performance.now() - began, 30_000), "no manager is asked");
    assert.deepEqual(people.filter(({ problem }) => problem !== null).map(({ user }) => user), [
      "dave",
      "erin",
      "frank",
    ]);
  });
  await untilSo("the play is right again", async () => (await play(withPolicy(true))).ok);
});

/** What only root may ask, by who asks it; and what is no such question. */
const UNASKED: readonly (readonly [who: Who, line: string, status: number])[] = [
  ["alice", "/usr/lib/kato/fleet-stop", 77],
  ["alice", "/usr/lib/kato/fleet-stop --lift", 77],
  ["alice", "/usr/lib/kato/everyone stop", 77],
  ["alice", "kato fleet status", 77],
  ["root", "/usr/lib/kato/fleet-stop one two", 64],
  ["root", "/usr/lib/kato/fleet-stop --stop", 64],
  ["root", "/usr/lib/kato/everyone --at-once 0 stop", 64],
  ["root", "/usr/lib/kato/everyone stop alice", 64],
];

onMachine("a question about everybody that is not root's, or is none, ends nobody's recording", async () => {
  for (const [who, line, status] of UNASKED) {
    const { code, out, err } = await run(machine, who, line);
    assert.equal(code, status, `${line}\n${out}${err}`);
    assert.match(err, status === 77 ? /only root/i : /^usage: /, line);
  }
  assert.equal(textOf("/etc/kato/policy.d/00-stop.toml"), null);
  await whenOthersFollow();
});

onMachine("one command ends everybody's recording, with a service and a manager that hang", async () => {
  await asRoot("systemctl start kato@bob");
  await daemonOf("kato@bob.service", "system");
  const began = performance.now();
  await runDocumented("fleet-stop 'recording is stopped");
  assert.ok(isWithin(performance.now() - began, 60_000));
  await whenNobodyRecords();
  const typed = await tryAsAlice("kato daemon");
  assert.equal(typed.code, 78);
  assert.match(typed.err, /ask the service desk/);
  const everyone = await tryAsRoot("/usr/lib/kato/everyone check");
  assert.equal(everyone.code, 78, everyone.err);
  const stopped: Said = [false, false, "stopped-by-policy"];
  const people = await assertFleet(5, {
    alice: stopped,
    bob: stopped,
    carol: stopped,
    dave: stopped,
    erin: stopped,
    frank: [false, null, "unreadable"],
  });
  assert.match(people[0]?.message ?? "", /ask the service desk/);
  await whileHalted(async () => {
    assert.equal((await runEverywhere("ansible all")).code, 0);
    await whenNobodyRecords();
  });
  await whenNobodyRecords();
});

onMachine(
  "a daemon that was started after the stop, and is about to be refused, is none that goes on",
  async () => {
    // The system's unit starts one every ten seconds. These follow one another, and each lives for three.
    const program = "/usr/lib/kato/deno eval 'await new Promise((end) => setTimeout(end, 3000))'";
    const started = `while :; do (exec -a "kato daemon" ${program}) & sleep 1; done`;
    await asRoot(`systemd-run --quiet --unit=late --uid=alice bash -c '${started.replaceAll("'", "'\\''")}'`);
    try {
      await untilSo("one is there", async () => (await tryAsRoot("pgrep -f '^kato daemon eval'")).code === 0);
      const { code, out, err } = await tryAsRoot("/usr/lib/kato/everyone restart");
      assert.equal(code, 0, out + err);
    } finally {
      await asRoot("systemctl stop late");
    }
  },
);

onMachine("what it ended goes on when it is lifted", async () => {
  // Frank's is still broken, which is said.
  const lifted = await tryAsRoot("/usr/lib/kato/fleet-stop --lift");
  assert.ok([1, 3].includes(lifted.code), lifted.err);
  await daemonOf("kato@bob.service", "system");
  await whenOthersFollow();
  await dismiss();
  await runDocumented("fleet-stop --lift");
  await whenFollows("alice", "carol", "erin", "frank", "dave");
  await asRoot("systemctl stop kato@bob");
  await untilSo("ops has come or gone", async () => (await tryDocumented("kato fleet status")).code === 0);
  await assertFleet(0, {
    alice: RUNS,
    bob: LOGGED_OUT,
    carol: RUNS,
    dave: RUNS,
    erin: RUNS,
    frank: RUNS,
  });
});

onMachine("the example for the node exporter tells what kato fleet status tells", async () => {
  const folder = `${EXAMPLES}/monitoring`;
  for (const { name } of Deno.readDirSync(folder)) {
    place(machine, "root", `/root/work/${name}`, Deno.readTextFileSync(`${folder}/${name}`));
  }
  const metrics = "/var/lib/prometheus/node-exporter/kato.prom";
  await asRoot(`mkdir -p ${dirname(metrics)}`);
  const [, commands = ""] = /```sh\n([\s\S]*?)```/.exec(textOf("/root/work/README.md") ?? "") ?? [];
  await asRoot(`cd /root/work\n${commands}`);
  await asRoot("systemctl start kato-fleet-metrics.service");
  const written = textOf(metrics) ?? "";
  assert.match(written, /^kato_fleet_status 0$/m);
  assert.match(written, /^kato_running\{user="alice",uid="1000"\} 1$/m);
  assert.match(written, /^kato_expected\{user="bob",uid="1001"\} 0$/m);
  assert.match(written, /^kato_fleet_time_seconds \d+$/m);
  await asRoot(`systemctl --user --machine=alice@ stop kato && systemctl start kato-fleet-metrics.service`);
  assert.match(
    textOf(metrics) ?? "",
    /^kato_problem\{user="alice",uid="1000",problem="not-running",reason="stopped-by-person"\} 1$/m,
  );
  await asRoot("systemctl disable --now kato-fleet-metrics.timer");
  await asAlice("systemctl --user reset-failed kato; systemctl --user start kato");
});

onMachine("for the system's units a home is where the user database says", async () => {
  assertNames(await play({ ...withPolicy(true, "none"), kato_users: ["carol"] }), true);
  await run(machine, "carol", "systemctl --user stop kato");
  assertNames(await play({ ...withPolicy(true, "system"), kato_users: ["carol"] }), true);
  await daemonOf("kato@carol.service", "system");
  await whenFollows("carol");
  assert.equal(await asRoot(`stat -c %U ${homeOf("carol")}/.kato/state/status.json`), "carol\n");
  // Its drop-in for the home is in /run/systemd/system.
  const doctor = await must(machine, "carol", "kato doctor");
  assert.match(doctor, /the daemon runs in kato@carol\.service, with every property of an installation's/);
  assert.doesNotMatch(doctor, /^BAD/m);
  await asRoot("systemctl disable --now kato@carol");
});

onMachine("of a person whose home no unit can name the journal says so, and nothing starts", async () => {
  await asRoot("useradd --uid 2000 --home-dir '/srv/a b' --create-home odd");
  try {
    assert.notEqual((await tryAsRoot("systemctl start kato@odd")).code, 0);
    await whenInJournal(
      "-p err -t kato",
      /^kato cannot start: the home of odd, \/srv\/a b, is no path that a unit can name/m,
    );
    assert.notEqual((await tryAsRoot("pgrep -u odd")).code, 0);
  } finally {
    await asRoot("systemctl stop kato@odd; userdel --remove odd");
  }
});

onMachine("whose folder is replaced while kato runs is named, and goes on once the way is free", async () => {
  await asAlice("systemctl --user start kato");
  await whenFollows("alice");
  // Moved, it would still be the folder that the daemon sees.
  await asAlice("rm -rf ~/.kato && ln -s /nonexistent ~/.kato");
  try {
    await untilSo("it is named", async () => {
      const { code, err } = await tryAsRoot("/usr/lib/kato/everyone check");
      return code === 3 && /kato of alice \(1000\): does not run, for its folders cannot be made/.test(err);
    });
  } finally {
    await asAlice("rm ~/.kato");
  }
  assert.match(await asRoot("/usr/lib/kato/everyone follow"), /kato of alice follows now/);
  await whenFollows("alice");
});

/** Files that a person puts in the place of the status. Root looks at them. */
const STATUSES: readonly (readonly [is: string, line: string])[] = [
  ["a pipe", "mkfifo"],
  ["a link to what never ends", "ln -s /dev/zero"],
  ["a link to root's", "ln -s /etc/shadow"],
  ["a folder", "mkdir"],
];

for (const [is, line] of STATUSES) {
  onMachine(`${is} in place of a status holds up nobody, and shows nothing`, async () => {
    await asAlice("systemctl --user reset-failed kato; systemctl --user start kato");
    await whenFollows("alice");
    const status = "/home/alice/.kato/state/status.json";
    try {
      // The daemon writes its status anew now and then, so it may do so before the check looks.
      const said = await untilSo("the check sees it", async () => {
        await asAlice(`rm -rf ${status} && ${line} ${status}`);
        const began = performance.now();
        const { code, out, err } = await tryAsRoot("/usr/lib/kato/everyone check");
        assert.ok(isWithin(performance.now() - began, 30_000));
        assert.doesNotMatch(out + err, /root:/);
        return code === 0 ? null : err;
      });
      assert.match(said, /kato of alice \(1000\): runs, and its status is not to be had/);
    } finally {
      await asAlice(`rm -rf ${status}; systemctl --user reset-failed kato; systemctl --user restart kato`);
    }
  });
}
