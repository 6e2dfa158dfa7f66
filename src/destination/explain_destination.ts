/**
 * The steps of the destination decision, for people: the passed steps, the step that denied, the steps that were not
 * reached. `decide()` has decided before. Pure.
 */
import type { Decision, Denial } from "./decision.ts";

interface StepKind {
  readonly step: string;
  /** The statement that holds when the step is passed. */
  readonly says: string;
  readonly reasons: readonly Denial[];
}

const PLACES = ["hidden-segment", "system-location", "reserved-location", "agent-memory"] as const;

/** In the order of the decision. The tests of places run twice: for the name, and for the real place. */
export const STEPS: readonly StepKind[] = [
  { step: "commands", says: "who asks is obeyed", reasons: ["commands-off"] },
  {
    step: "name",
    says: "the path is one that may be typed",
    reasons: ["grammar", "not-absolute", "traversal", "forbidden-character", "extended-prefix"],
  },
  {
    step: "place",
    says: "the place is neither hidden, nor the system's, nor reserved, nor agents'",
    reasons: PLACES,
  },
  {
    step: "root",
    says: "with all links followed, it is in a folder that policy allows",
    reasons: ["outside-roots", "no-such-root"],
  },
  { step: "real place", says: "with all links followed, the place is none of these either", reasons: PLACES },
  {
    step: "folders",
    says: "every folder on the way is a plain one, and nobody else writes there",
    reasons: ["foreign-owner", "writable-by-others", "symlink", "not-a-directory", "unreadable"],
  },
  {
    step: "file",
    says: "the file does not exist, or is one that may be taken",
    reasons: ["not-a-regular-file", "hard-link", "not-created-by-kato"],
  },
  { step: "kind", says: "its kind may be written", reasons: ["extension"] },
  { step: "size", says: "it has not reached the limit", reasons: ["too-large"] },
];

export interface Step extends Pick<StepKind, "step" | "says"> {
  readonly state: "passed" | "denied" | "not reached";
}

/** @param looked Whether the name was in order, so that the real place was looked up. */
export function explainSteps(decision: Decision, looked: boolean): Step[] {
  const denied = decision.allow
    ? STEPS.length
    : STEPS.findIndex(({ step, reasons }) =>
      reasons.includes(decision.reason) && !(looked && step === "place")
    );
  return STEPS.map(({ step, says }, index) => ({
    step,
    says,
    state: index < denied ? "passed" : index === denied ? "denied" : "not reached",
  }));
}
