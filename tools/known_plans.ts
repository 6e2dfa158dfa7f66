/**
 * `src/launcher/plans.h`: the plans of command lines that depend on nothing but home and program, and that people type
 * often. The launcher has them from the same matrix as the planner, so these lines start the runtime once and not twice.
 */
import { ALONE } from "../src/cli/planning/make_plan.ts";
import { planRequestOf } from "../src/cli/planning/plan_request.ts";
import { plan } from "../src/permissions/plan.ts";
import { renderPlan } from "../src/permissions/plan_text.ts";
import { SYSTEM_POLICY } from "../src/settings/places.ts";

export const KNOWN_LINES: readonly (readonly string[])[] = [
  ["status"],
  ["status", "--json"],
  ["status", "--watch"],
];

/** What stands in these plans for the two. */
const HOME = "/%h";
const PROGRAM = "/%p";

export function knownPlans(): string {
  const rows = KNOWN_LINES.map((line) => {
    const text = planOf(line);
    const fields = text.split("\0").slice(0, -1).map((field) => `    "${field}\\0"`);
    return `  {"${line.join(" ")}", \\\n${fields.join(" \\\n")}, \\\n    ${text.length}}`;
  });
  return [
    "/* Made by `deno task generate`: the plans of lines that depend on nothing but home and program. */",
    "#ifndef KATO_PLANS_H",
    "#define KATO_PLANS_H",
    "",
    "/* Both have one length. */",
    `#define HOME_MARK "${HOME}"`,
    `#define PROGRAM_MARK "${PROGRAM}"`,
    "",
    "#define KNOWN_PLANS \\",
    rows.join(", \\\n"),
    "#endif",
    "",
  ].join("\n");
}

function planOf(line: readonly string[]): string {
  const request = planRequestOf(line, { home: HOME, cwd: HOME });
  if (!ALONE.has(request.profile)) throw new Error(`internal error: ${line.join(" ")} depends on policy`);
  const rendered = renderPlan(plan(request, null, {
    home: HOME,
    system: SYSTEM_POLICY,
    code: [PROGRAM],
    clientRoots: {},
    clientVariables: [],
    besides: [],
    nearestFolder: null,
    hasUnit: false,
    realPaths: {},
  }));
  if (!rendered.ok) throw new Error(`internal error: the plan of ${line.join(" ")} ${rendered.message}`);
  return rendered.text;
}
