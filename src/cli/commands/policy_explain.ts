import { command, type Given, optionOr, required } from "../command_line/command.ts";
import { JSON_FLAG } from "../command_line/common_parameters.ts";
import { ASKER, FILE } from "../command_line/kinds.ts";
import { absolutePath } from "../command_line/typed_path.ts";
import { isHopeless, isPath } from "../planning/judged_path.ts";

const takes = {
  /** A key, a table of keys, or a path, as typed. */
  subject: required("key-or-path", "destinations.roots, destinations, ~/notes/plan.md, plan.md", FILE),
  as: optionOr(
    "--as <asker>",
    "chat: a command in the chat (default); export: 'kato export --output'",
    ASKER,
    "chat",
  ),
  json: JSON_FLAG,
};

export type PolicyExplainGiven = Given<typeof takes>;

export const policyExplain = command({
  path: "policy explain",
  summary: "say why a value holds, or why a path may be written or not",
  description:
    "Says of a key (or a table of them) which layer of policy decided, and what the others said. Says of a path " +
    "whether a recording may be written there, step by step, and what to do about it; exit status 77 when it " +
    "may not. A relative path is taken as in the chat.",
  example: "kato policy explain ~/notes/plan.md",
  takes,
  plan: (given, { cwd, home }) => ({
    profile: "policy:explain",
    looks: isLookedAt(given) ? absolutePath(given.subject, cwd, home) : null,
  }),
  run: async (given, context) => (await import("../actions/policy_explain.ts")).explainPolicy(given, context),
});

/** In a chat, a relative path is below a folder that the plan grants anyway. */
function isLookedAt({ subject, as }: PolicyExplainGiven): boolean {
  return isPath(subject) && !isHopeless(subject) && (as === "export" || /^[/~]/.test(subject));
}
