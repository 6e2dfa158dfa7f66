/**
 * Rules of policy that record sessions without a command: their shape, and which of them is about a session. A session's
 * project comes from its log, and a log may say anything: it chooses a rule and nothing else. Pure.
 */
import * as z from "zod/mini";
import { PROVIDERS } from "../protocol/closed_sets.ts";
import type { SessionMeta } from "../protocol/session.ts";
import { isRuleTemplate } from "./name_template.ts";

/** A folder of policy in which a `*` stands for any characters of one name. */
const pattern = z.string().check(z.regex(/^(~$|~\/|\/)/, "must be absolute or begin with ~/"));
const patterns = z.array(pattern).check(z.maxLength(32));

export const autoRule = z.strictObject({
  clients: z._default(
    z.array(z.enum(PROVIDERS)).check(z.maxLength(PROVIDERS.length), z.describe("Clients. Empty: all.")),
    [],
  ),
  projects: patterns.check(
    z.minLength(1),
    z.describe("Working directories, with those below them. * stands for any part of one name."),
  ),
  exclude: z._default(
    patterns.check(z.describe("Working directories whose sessions no rule from here on records.")),
    [],
  ),
  to: z._default(
    z.string().check(
      z.refine(
        isRuleTemplate,
        "must be a name below the default root such as {project}/{date}-{slug}, without ~ and .., ending in .md, .jsonl, .html or neither",
      ),
      z.describe(
        "The file: a template as render.file_name, below the default root. Empty: render.file_name.",
      ),
    ),
    "",
  ),
  collision: z._default(
    z.enum(["number", "refuse"]).check(
      z.describe('Where the file is there: "number" takes the next free -2, -3 and so on; "refuse" denies.'),
    ),
    "number",
  ),
  existing: z._default(
    z.boolean().check(z.describe("Also sessions that were there before the rule, when they grow.")),
    false,
  ),
});
export type AutoRule = z.infer<typeof autoRule>;

export interface ChosenRule {
  readonly rule: AutoRule;
  /** From 1, in `recording.auto`; null: `recording.automatic` stands for a rule. */
  readonly number: number | null;
}

/** The rules in their order. `recording.automatic` is the short form of a last rule. */
export function rulesOf(
  { auto, automatic }: { readonly auto: readonly AutoRule[]; readonly automatic: readonly string[] },
): ChosenRule[] {
  const rules = auto.map((rule, index) => ({ rule, number: index + 1 }));
  if (automatic.length === 0) return rules;
  const short = autoRule.parse({ projects: automatic, collision: "refuse", existing: true });
  return [...rules, { rule: short, number: null }];
}

/** The rule that records a session of this client and project: the first that is about it, unless that excludes it. */
export function chooseRule(
  rules: readonly ChosenRule[],
  { provider, project }: Pick<SessionMeta, "provider" | "project">,
): ChosenRule | null {
  if (project === null || !isPlain(project)) return null;
  const chosen = rules.find(({ rule }) =>
    (rule.clients.length === 0 || rule.clients.includes(provider)) && isInAny(project, rule.projects)
  );
  return chosen === undefined || isInAny(project, chosen.rule.exclude) ? null : chosen;
}

/** How messages and the audit log name a rule. */
export function nameRule(number: number | null): string {
  return number === null ? "recording.automatic" : `recording.auto rule ${number}`;
}

/** Any other path may mean another folder than it seems to. */
function isPlain(project: string): boolean {
  const [root, ...names] = project.split("/");
  return project === "/" ||
    (root === "" && names.length > 0 && names.every((name) => name !== "" && name !== "." && name !== ".."));
}

function isInAny(project: string, folders: readonly string[]): boolean {
  const names = project.split("/");
  return folders.some((folder) =>
    folder === "/" ||
    folder.split("/").every((part, at) => at < names.length && isLike(names[at] ?? "", part))
  );
}

/** No expression: a pattern of many stars would take an expression very long. */
function isLike(name: string, part: string): boolean {
  const [first = "", ...pieces] = part.split("*");
  const last = pieces.pop();
  if (last === undefined) return name === first;
  let at = first.length;
  const end = name.length - last.length;
  if (at > end || !name.startsWith(first) || !name.endsWith(last)) return false;
  for (const piece of pieces) {
    const found = name.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}
