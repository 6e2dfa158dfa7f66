/**
 * The entry of kato: reads the arguments and runs the command. The plan of what the command may touch was made before
 * this process began; the runtime and the kernel hold the process to it.
 */
import { folderOf, runMain, WITHOUT_HOME } from "./cli/main.ts";
import { DONE } from "./cli/outcome.ts";
import { endWrong, parseArguments } from "./cli/command_line/parse_arguments.ts";
import { SYSTEM_POLICY } from "./settings/places.ts";

await runMain(({ home, variables, input, out, err }) => {
  const parsed = parseArguments(Deno.args, out);
  switch (parsed.parsed) {
    case "text":
      out.write(parsed.text);
      return DONE;
    case "wrong":
      return endWrong(parsed);
  }
  if (home === null) return WITHOUT_HOME;
  const { command, given, launch } = parsed.invocation;
  return command.run(given, {
    home,
    uid: Deno.uid() ?? 0,
    cwd: Deno.cwd(),
    variables,
    now: Date.now(),
    // Not with `Intl`, whose tables take ten milliseconds to load.
    timeZone: () => Temporal.Now.timeZoneId(),
    ...launch,
    system: SYSTEM_POLICY,
    code: [folderOf(import.meta.url)],
    input,
    out,
    err,
  });
});
