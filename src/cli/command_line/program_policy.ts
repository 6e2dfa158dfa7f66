/** The commands below `kato policy`. Room: cli; no authority, pure. */
import type { Command } from "commander";
import { example } from "./help_layout.ts";
import type { Invocation } from "./invocation.ts";
import { parseAsker, parseLayer } from "./option_values.ts";

/** Told of the command that was asked for. */
export type Take = (invocation: Invocation) => void;

export function addPolicy(program: Command, take: Take): void {
  const policy = program.command("policy")
    .summary("show, explain, check or change the policy")
    .description("Shows the policy that holds, says why it does, checks its files, or changes your own.");
  example(policy, "kato policy allow ~/notes");
  const show = policy.command("show")
    .summary("print every value that holds, with where it comes from")
    .description("Prints every value that holds, with where it comes from, and the policy's hash.")
    .option("--json", "print JSON", false)
    .action(({ json }) => take({ name: "policy show", json }));
  example(show, "kato policy show --json");
  const check = policy.command("check")
    .summary("say what is wrong in the settings files, and where")
    .description(
      "Says what is wrong in the settings files that are in use, or in FILE as if it were in use, with line " +
        "and mend. Exit status 78 when something is. As the organisation's it prints the hash that the policy has on " +
        "every machine, whatever people's homes and own policies are.",
    )
    .argument("[file]", "a policy file to try, or - for standard input")
    .option(
      "--as <layer>",
      "try FILE as the organisation's or the user's (default: by where it is)",
      parseLayer,
    )
    .option("--json", "print JSON", false)
    .action((file: string | undefined, given) =>
      take({ name: "policy check", file: file ?? null, as: given.as ?? null, json: given.json })
    );
  example(check, "kato policy check ./policy.toml");
  const explain = policy.command("explain")
    .summary("say why a value holds, or why a path may be written or not")
    .description(
      "Says of a key (or a table of them) which layer of policy decided, and what the others said. Says of a path " +
        "whether a recording may be written there, step by step, and what to do about it; exit status 77 when it " +
        "may not. A relative path is taken as in the chat.",
    )
    .argument("<key-or-path>", "destinations.roots, destinations, ~/notes/plan.md, plan.md")
    .option("--as <asker>", "chat: a command in the chat; export: `kato export --output`", parseAsker, "chat")
    .option("--json", "print JSON", false)
    .action((subject: string, given) =>
      take({ name: "policy explain", subject, as: given.as, json: given.json })
    );
  example(explain, "kato policy explain ~/notes/plan.md");
  addEdits(policy, take);
}

function addEdits(policy: Command, take: Take): void {
  const allow = policy.command("allow")
    .summary("allow recordings in a folder")
    .description(
      "Adds a folder of yours to destinations.roots in ~/.kato/config/policy.toml, if it may be one, and shows it " +
        "to the service's sandbox. Says what to restart.",
    )
    .argument("<dir>", "a folder that is there, is yours, and that only you can write to")
    .action((folder: string) => take({ name: "policy allow", folder }));
  example(allow, "kato policy allow ~/notes");
  const deny = policy.command("deny")
    .summary("take a folder back that was allowed")
    .description(
      "Takes a folder out of destinations.roots in ~/.kato/config/policy.toml and out of the service's sandbox. " +
        "Says what to restart. No recording is touched.",
    )
    .argument("<dir>", "one of the folders that 'kato policy show' lists")
    .action((folder: string) => take({ name: "policy deny", folder }));
  example(deny, "kato policy deny ~/notes");
}
