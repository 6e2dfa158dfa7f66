/**
 * Six people, five of whom hold something up: alice does not; bob is logged out; carol's home is outside of /home;
 * dave's cannot be written; erin's service manager hangs; frank has a link to nothing in place of `~/.kato`.
 */
import { machine } from "./fleet.ts";
import { asRoot } from "./fleet.ts";
import { place, run } from "../booted/machine.ts";

/** A service that never ends when it is told to, and may start what tells it so. */
const NEVER_ENDS =
  "[Service]\nExecStop=/bin/sleep infinity\nTimeoutStopSec=infinity\nNoExecPaths=\nExecPaths=/\n";

/** As they are before kato comes. */
export async function gather(): Promise<void> {
  await asRoot(
    "rm -rf /home/frank/.kato && ln -s /nonexistent /home/frank/.kato && chown -h frank: /home/frank/.kato && " +
      "mountpoint -q /home/dave || { mount --bind /home/dave /home/dave && mount -o remount,ro,bind /home/dave; }",
  );
}

/** Erin's service does not end; her manager hears of it. */
export async function neverEnd(): Promise<void> {
  place(machine, "erin", "/home/erin/.config/systemd/user/kato.service.d/90.conf", NEVER_ENDS);
  await run(machine, "erin", "systemctl --user daemon-reload");
}

/** While erin's service manager does nothing; it goes on whatever comes of it. */
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

/** Nothing of theirs is left in the way. */
export async function dismiss(): Promise<void> {
  await asRoot(
    "umount /home/dave; rm -rf /home/frank/.kato /home/erin/.config; " +
      "for pid in $(pgrep -u erin -x sleep); do kill -KILL $pid; done; true",
  );
  await run(machine, "erin", "systemctl --user daemon-reload");
}
