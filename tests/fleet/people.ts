/**
 * Six people. Alice is ordinary, and the other five hold something up: bob is logged out; carol's home is outside of
 * /home; nobody can write to dave's home; erin's service manager hangs; frank's `~/.kato` is a link to nothing.
 */
import { asRoot, machine, tryAsRoot } from "./fleet.ts";
import { must, place, run, untilSo, type Who } from "../booted/machine.ts";

/** A service that does not end on request. It may start the process that asks for that. */
const NEVER_ENDS =
  "[Service]\nExecStop=/bin/sleep infinity\nTimeoutStopSec=infinity\nNoExecPaths=\nExecPaths=/\n";

/** Makes the people as they are before kato comes. */
export async function gather(): Promise<void> {
  await asRoot(
    "rm -rf /home/frank/.kato && ln -s /nonexistent /home/frank/.kato && chown -h frank: /home/frank/.kato && " +
      "mountpoint -q /home/dave || { rm -rf /home/dave/.kato && mount --bind /home/dave /home/dave && " +
      "mount -o remount,ro,bind /home/dave; }",
  );
}

/** Makes erin's service one that does not end on request, and has her manager read that. */
export async function neverEnd(): Promise<void> {
  place(machine, "erin", "/home/erin/.config/systemd/user/kato.service.d/90.conf", NEVER_ENDS);
  await run(machine, "erin", "systemctl --user daemon-reload");
}

/** Runs `act` while these service managers are halted: erin's, if no other. They go on afterwards, also after a failure. */
export async function whileHalted(
  act: () => Promise<void>,
  numbers: readonly number[] = [1004],
): Promise<void> {
  const units = numbers.map((uid) => `user@${uid}`).join(" ");
  const signal = (name: string) =>
    asRoot(`kill -${name} $(systemctl show --property=MainPID --value ${units})`);
  await signal("STOP");
  try {
    await act();
  } finally {
    await signal("CONT");
  }
}

/** Whether this person's daemon runs with the administrators' files of now. */
export async function follows(who: Who): Promise<boolean> {
  const { out } = await run(machine, who, "kato status --json");
  if (!out.startsWith("{")) return false;
  const shown = JSON.parse(await must(machine, who, "kato policy show --json"));
  const status = JSON.parse(out);
  return status.running === true && status.policy.hash === shown.hash;
}

/** A daemon that was just started says so a moment later. */
export async function whenFollows(...people: readonly Who[]): Promise<void> {
  for (const who of people) await untilSo(`${who}'s follows`, () => follows(who));
}

/** Of the people without anything in the way. */
export const whenOthersFollow = () => whenFollows("alice", "carol");

/** Nobody's daemon runs for longer than it takes to be refused. */
export async function whenNobodyRecords(): Promise<void> {
  await untilSo("nobody records", async () => (await tryAsRoot("pgrep -f '^kato-orchestrator'")).code === 1);
}

/** Removes everything of theirs. */
export async function dismiss(): Promise<void> {
  await asRoot(
    "umount /home/dave; rm -rf /home/frank/.kato /home/erin/.config; " +
      "for pid in $(pgrep -u erin -x sleep); do kill -KILL $pid; done; true",
  );
  await run(machine, "erin", "systemctl --user daemon-reload");
}
