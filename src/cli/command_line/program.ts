/**
 * The commands, their arguments and options, and the help that goes with them: the one description from which
 * command lines are parsed, plans are made and docs/cli.md is written. Room: cli; no authority, pure.
 */
import { Command } from "commander";
import { VERSION } from "../../version.ts";
import { example, helpOf, type HelpStyle, layOut, stopAtErrors, UsageError } from "./help_layout.ts";
import { parseIdentity, parsePath, parseProcess, parseUnit } from "./kernel_facts.ts";
import type { ExportInvocation, SessionFilter, Shell, Since } from "./invocation.ts";
import {
  parseCount,
  parseFormat,
  parseIncludes,
  parseProvider,
  parseShell,
  parseSince,
  parseWords,
} from "./option_values.ts";
import { addPolicy, type Take } from "./program_policy.ts";

export interface ProgramOptions extends HelpStyle {
  /** Told of the command that was asked for. */
  readonly take: Take;
  readonly printHelp: (text: string) => void;
}

export function createProgram({ take, ...options }: ProgramOptions): Command {
  const program = new Command("kato");
  layOut(program, options);
  program
    .usage("COMMAND [ARGUMENT…]")
    .description("Keeps the conversations you have with coding agents, where your policy allows.")
    .version(VERSION, "-V, --version", "print the version")
    // From the launcher: hash of the policy that the plan was made with, whether the kernel holds this process to
    // it, what the kernel does not have of that, and what the daemon's roles run as; for doctor, kernel_facts.ts.
    .addOption(program.createOption("--plan-hash <hash>").hideHelp())
    .addOption(program.createOption("--kernel-sandbox").default(false).hideHelp())
    .addOption(program.createOption("--kernel-missing <words>").argParser(parseWords).default([]).hideHelp())
    .addOption(
      program.createOption("--roles <host>").choices(["threads", "processes"]).default("threads").hideHelp(),
    )
    .addOption(program.createOption("--administrator <uid>").argParser(parseCount).default(0).hideHelp())
    .addOption(program.createOption("--output-made <id>").argParser(parseIdentity).default([]).hideHelp())
    .addOption(program.createOption("--landlock-abi <n>").argParser(parseCount).hideHelp())
    .addOption(
      program.createOption("--daemon-process <facts>").argParser(parseProcess).default([]).hideHelp(),
    )
    .addOption(program.createOption("--daemon-unit <name>").argParser(parseUnit).hideHelp())
    .addOption(program.createOption("--daemon-misses <path>").argParser(parsePath).default([]).hideHelp())
    .addOption(program.createOption("--user-namespaces <usable>").choices(["yes", "no"]).hideHelp());

  addService(program, take);
  addExport(program, take);
  addRequests(program, take);
  addPolicy(program, take);
  addAudit(program, take);
  addSetUp(program, take);

  // Below the commands, because they are what people look for.
  program.configureHelp({ ...helpOf(options), visibleOptions: () => [] });
  program.addHelpText(
    "after",
    "\nOptions:\n  -h, --help              show this, or the help of a command\n" +
      "  -V, --version           print the version\n\n" +
      "'kato COMMAND --help' says more about a command, with an example.",
  );
  stopAtErrors(program);
  return program;
}

function addService(program: Command, take: Take): void {
  const status = program.command("status")
    .summary("say whether kato runs, and what it records")
    .description(
      "Says whether kato runs, what it follows and what it records. Exit status 69 when it does not run.",
    )
    .option("--json", "print JSON", false)
    .action(({ json }) => take({ name: "status", json }));
  example(status, "kato status");

  const sessions = program.command("sessions")
    .summary("list the sessions on this machine, newest first")
    .description(
      "Lists the sessions on this machine, newest first. A dot before an id: it is being recorded; a circle: " +
        "it was. Works whether kato runs or not.",
    )
    .option("--json", "print JSON", false)
    .option("--limit <n>", "show at most this many (0: all; 25 unless --json is given)", parseCount);
  filterOptions(sessions).action((given) =>
    take({ name: "sessions", filter: filterOf(given), limit: given.limit ?? null, json: given.json })
  );
  example(sessions, "kato sessions --since 7d --project .");
}

function addExport(program: Command, take: Take): void {
  const command = program.command("export")
    .summary("write whole sessions to a file or folder, once")
    .description(
      "Writes whole sessions to a file, a folder or standard output, once. Works whether kato runs or not. " +
        "SESSION is an id from 'kato sessions', or the beginning of one.",
    )
    .argument("[session...]", "the sessions to write")
    .option("--file <log>", "a session's log by its path, instead of SESSION")
    .option("--all", "every session that the filters let through", false)
    .option("-o, --output <dest>", "a file, a folder (for several sessions), or - for standard output", "")
    .option("--format <format>", "md, jsonl or html (default: as DEST ends, else md)", parseFormat)
    .option("--include <parts>", "also show thinking, tools, results, agents, notices", parseIncludes, [])
    .option("--exclude <parts>", "leave some of these out", parseIncludes, [])
    .option("--force", "replace a file that exists", false);
  filterOptions(command).action((sessions: string[], given) => {
    const invocation: ExportInvocation = {
      name: "export",
      sessions,
      file: given.file ?? null,
      all: given.all,
      filter: filterOf(given),
      output: given.output,
      format: given.format ?? null,
      include: given.include,
      exclude: given.exclude,
      force: given.force,
    };
    const wrong = findContradiction(invocation);
    if (wrong !== null) throw new UsageError("kato export", wrong);
    take(invocation);
  });
  example(command, "kato export 5d8aa099 --output ~/notes/plan.md");
}

function findContradiction({ sessions, file, all, filter, output, format }: ExportInvocation): string | null {
  const ways = Number(sessions.length > 0) + Number(file !== null) + Number(all);
  if (ways === 0) return "say which sessions: SESSION, --file LOG or --all";
  if (ways > 1) return "SESSION, --file and --all cannot be combined";
  if (output === "") return "say where to: --output DEST";
  if (!all && (filter.project !== null || filter.since !== null)) {
    return "--project and --since choose among --all";
  }
  const several = all || sessions.length > 1;
  if (several && output === "-" && format !== "jsonl") {
    return "several sessions go to standard output only with --format jsonl";
  }
  return null;
}

function addRequests(program: Command, take: Take): void {
  const record = program.command("record")
    .summary("record a session from now on")
    .description("Records a session from now on, as ::record in the chat does. kato must be running.")
    .argument("<session>", "an id from 'kato sessions', or its beginning")
    .argument("[dest]", "where to; relative to the export root (default: the session's file)");
  onlyProvider(record).action((session: string, destination: string | undefined, { provider }) =>
    take({ name: "record", session, provider: provider ?? null, destination: destination ?? null })
  );
  example(record, "kato record 5d8aa099 plan.md");

  const capture = program.command("capture")
    .summary("write a session so far, then go on recording it")
    .description(
      "Writes a session so far, then goes on recording it, as ::capture does. kato must be running.",
    )
    .argument("<session>", "an id from 'kato sessions', or its beginning")
    .argument("[dest]", "where to; relative to the export root (default: the session's file)");
  onlyProvider(capture).action((session: string, destination: string | undefined, { provider }) =>
    take({ name: "capture", session, provider: provider ?? null, destination: destination ?? null })
  );
  example(capture, "kato capture 5d8aa099");

  const stop = program.command("stop")
    .summary("stop recording a session")
    .description("Stops recording a session, as ::stop in the chat does. kato must be running.")
    .argument("<session>", "an id from 'kato sessions', or its beginning");
  onlyProvider(stop).action((session: string, { provider }) =>
    take({ name: "stop", session, provider: provider ?? null, destination: null })
  );
  example(stop, "kato stop 5d8aa099");
}

function addAudit(program: Command, take: Take): void {
  const audit = program.command("audit")
    .summary("verify or read the security log")
    .description(
      "Verifies or reads the security log: one record for each decision, each chained to the last.",
    );
  example(audit, "kato audit verify");
  const verify = audit.command("verify")
    .summary("check the chain of records over all files of the log")
    .description(
      "Checks the chain of records over all files of the log, or of a copy of one log that was collected " +
        "elsewhere; exit status 1 when it is broken.",
    )
    .argument(
      "[copy...]",
      "files of a copy, or a folder that holds them; in any order (default: your own log)",
    )
    .option("--head <hash>", "a record's hash that the chain must hold, as the journal has it")
    .option("--archived", "the oldest files were moved elsewhere", false)
    .option("--json", "print JSON", false)
    .action((copy: readonly string[], { head, archived, json }) =>
      take({ name: "audit verify", copy, head: head ?? null, archived, json })
    );
  example(verify, "kato audit verify");
  const tail = audit.command("tail")
    .summary("print the latest records")
    .description("Prints the latest records of the security log.")
    .option("-n, --lines <n>", "how many (10 unless given)", parseCount, 10)
    .option("-f, --follow", "wait for more, until interrupted", false)
    .option("--json", "print the records as they are, one a line", false)
    .action(({ lines, follow, json }) => take({ name: "audit tail", count: lines, follow, json }));
  example(tail, "kato audit tail -n 50 --follow");
}

function addSetUp(program: Command, take: Take): void {
  const doctor = program.command("doctor")
    .summary("say what protects this installation, and what does not")
    .description("Says what protects this installation and what does not, and what needs attention.")
    .option("--permissions", "print what each command and role may touch on this machine", false)
    .option("--json", "print JSON", false)
    .action(({ permissions, json }) => take({ name: "doctor", permissions, json }));
  example(doctor, "kato doctor --permissions");
  const init = program.command("init")
    .summary("write settings files with comments, if there are none")
    .description(
      "Writes ~/.kato/config/config.toml and policy.toml, all comment, unless they are there already.",
    )
    .action(() => take({ name: "init" }));
  example(init, "kato init");
  const completions = program.command("completions")
    .summary("print what makes a shell complete kato's commands")
    .description(
      "Prints what makes a shell complete kato's commands. Packages install it; for one person without a package, " +
        "put it where the shell looks.",
    )
    .argument("<shell>", "bash, zsh or fish", parseShell)
    .action((shell: Shell) => take({ name: "completions", shell }));
  example(completions, "kato completions fish > ~/.config/fish/completions/kato.fish");
  const daemon = program.command("daemon")
    .summary("the service itself, in the foreground")
    .description(
      "Follows the session logs and records what it is told to, in the foreground; the service unit runs this. " +
        "SIGTERM ends it in good order.",
    );
  daemon.addOption(daemon.createOption("--after-crash").default(false).hideHelp())
    .action(({ afterCrash }) => take({ name: "daemon", afterCrash }));
  example(daemon, "systemctl --user enable --now kato");
  program.command("plan", { hidden: true })
    .description("print what a command line may touch, for the launcher")
    .argument("[argument...]", "a command line, after --")
    .action((line: string[]) => take({ name: "plan", arguments: line }));
}

function onlyProvider(command: Command): Command {
  return command.option("--provider <provider>", "claude-code, codex or gemini", parseProvider);
}

function filterOptions(command: Command): Command {
  return onlyProvider(command)
    .option("--project <dir>", "sessions held in this folder or below it")
    .option("--since <when>", "sessions active since: 30m, 12h, 7d, 2w or a date", parseSince);
}

function filterOf(
  given: { provider?: SessionFilter["provider"]; project?: string; since?: Since },
): SessionFilter {
  return { provider: given.provider ?? null, project: given.project ?? null, since: given.since ?? null };
}
