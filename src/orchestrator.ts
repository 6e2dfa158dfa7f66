/**
 * The entry of the daemon: the whole daemon where its roles are threads, the orchestrator where a monitor starts the
 * roles as processes. It is apart from the other commands because all that it loads stays in memory for as long as it
 * runs. The plan of what it may touch was made before this process began; the runtime and the kernel hold it to that.
 */
import { startDaemon } from "./cli/actions/daemon.ts";
import { readDaemonLine } from "./cli/command_line/daemon_line.ts";
import { runMain, WITHOUT_HOME } from "./cli/main.ts";
import { fail } from "./cli/outcome.ts";
import { SYSTEM_POLICY } from "./settings/places.ts";

// Not awaited: while an entry waits, the runtime keeps the 6 MB that it made of the source.
void runMain(async ({ home, variables }) => {
  const line = readDaemonLine(Deno.args);
  if (line === null) return fail("usage", "This program starts the daemon only. Run 'kato daemon' instead.");
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
