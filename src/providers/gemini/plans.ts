/** The client keeps a plan in a file that the model writes. The call that asks for consent only names that file. Pure. */
import { basename } from "@std/path";
import { type Row, rowOf, textOf } from "../unknown_value.ts";
import type { Fold } from "./fold.ts";

/** A checkpoint holds the latest one. A person reads no longer plan. */
const PLAN_CHARS = 32 * 1024;

const EDITS: ReadonlySet<string> = new Set(["replace", "edit"]);

/** Notes what a call wrote, if that may be a plan. */
export function notePlan(fold: Fold, name: string, call: Row): void {
  const args = rowOf(call["args"]);
  const file = basename(textOf(args["file_path"]));
  if (call["status"] !== "success" || !file.endsWith(".md")) return;
  if (name === "write_file") keep(fold, file, textOf(args["content"]));
  else if (EDITS.has(name) && fold.plan?.file === file) {
    const [before = "", after, ...others] = fold.plan.text.split(textOf(args["old_string"]) || "\0");
    // Another text than kato has.
    if (after === undefined || others.length > 0) delete fold.plan;
    else keep(fold, file, before + textOf(args["new_string"]) + after);
  }
}

function keep(fold: Fold, file: string, text: string): void {
  if (text.length <= PLAN_CHARS) fold.plan = { file, text };
  else delete fold.plan;
}

/** The plan to which this call asks for consent; null for another call, and where the plan is not known. */
export function planOf({ plan }: Fold, name: string, call: Row): string | null {
  if (name !== "exit_plan_mode") return null;
  const { plan_filename: file, plan_path: path } = rowOf(call["args"]);
  return plan !== undefined && plan.file === basename(textOf(file) || textOf(path)) ? plan.text : null;
}
