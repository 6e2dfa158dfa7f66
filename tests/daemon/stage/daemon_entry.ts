/** Runs the daemon like `kato daemon`, but without the command line. */
import { runDaemon } from "../../../src/daemon/main.ts";
import { VARIABLES } from "../../../src/permissions/matrix.ts";
import { CLIENT_VARIABLES } from "../../../src/protocol/clients.ts";

const names = [...Object.values(VARIABLES).flat(), ...CLIENT_VARIABLES];
const environment: Record<string, string> = {};
for (const name of names) {
  const value = Deno.env.get(name);
  if (value !== undefined) environment[name] = value;
}

Deno.exit(
  await runDaemon({
    home: Deno.env.get("HOME") ?? "",
    environment,
    afterCrash: Deno.args.includes("--after-crash"),
    roles: Deno.args.includes("processes") ? "processes" : "threads",
    kernel: { sandbox: Deno.args.includes("--kernel-sandbox"), missing: [] },
    administrator: 0,
  }),
);
