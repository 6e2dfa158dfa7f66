/**
 * The entry of the daemon: of the one process where roles are its threads, of the orchestrator where a monitor starts
 * them. Its own, and one file where it is installed, because what it loads stays for as long as it runs. What it may
 * touch was planned before this process began, and is held by the runtime and the kernel.
 */
import { startDaemon } from "./cli/actions/daemon.ts";
import { readDaemonLine } from "./cli/command_line/daemon_line.ts";
import { runMain, WITHOUT_HOME } from "./cli/main.ts";
import { fail } from "./cli/outcome.ts";
import { SYSTEM_POLICY } from "./settings/places.ts";

// Not awaited: for as long as an entry waits, the runtime keeps all that it made of the source, some 6 MB.
void runMain(async ({ home, variables }) => {
  const line = readDaemonLine(Deno.args);
  if (line === null) return fail("usage", "this starts the daemon only; 'kato daemon' does it");
  if (home === null) return WITHOUT_HOME;
  const { launch, afterCrash } = line;
  return await startDaemon(afterCrash, {
    home,
    uid: Deno.uid() ?? 0,
    variables,
    system: SYSTEM_POLICY,
    ...launch,
  });
});
