import { command, flag } from "../command_line/command.ts";

export const daemon = command({
  path: "daemon",
  summary: "the service itself, in the foreground",
  description:
    "Follows the session logs and records what it is told to, in the foreground; the service unit runs this. " +
    "SIGTERM ends it in good order.",
  example: "systemctl --user enable --now kato",
  takes: { afterCrash: flag("--after-crash", "") },
  plan: () => ({ profile: "daemon" }),
  run() {
    throw new Error("internal error: the daemon has an entry of its own, orchestrator.ts");
  },
});
