/**
 * Six people. Alice is ordinary, and the other five hold something up: bob is logged out; carol's home is outside of
 * /home; nobody can write to dave's home; erin's service manager hangs; frank's `~/.kato` is a link to nothing.
 */
import { machine } from "./fleet.ts";
import { asRoot } from "./fleet.ts";
import { place, run } from "../booted/machine.ts";

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

/** Runs `act` while erin's service manager is halted. The manager goes on afterwards, also after a failure. */
export async function whileHalted(act: () => Promise<void>): Promise<void> {
  const signal = (name: string) =>
    asRoot(`kill -${name} $(systemctl show --property=MainPID --value user@1004)`);
  await signal("STOP");
  try {
    await act();
  } finally {
    await signal("CONT");
  }
}

/** Removes everything of theirs. */
export async function dismiss(): Promise<void> {
  await asRoot(
    "umount /home/dave; rm -rf /home/frank/.kato /home/erin/.config; " +
      "for pid in $(pgrep -u erin -x sleep); do kill -KILL $pid; done; true",
  );
  await run(machine, "erin", "systemctl --user daemon-reload");
}
