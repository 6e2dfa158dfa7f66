/** What `--json` prints. Pure. */
import { EXIT } from "../exit_status.ts";
import { jsonText } from "../terminal/escaped_text.ts";
import type { ReportBody, ReportKind } from "./reports.ts";

/** The report as it is printed, whole however long it is. */
export function reportText<Kind extends ReportKind>(kind: Kind, body: ReportBody<Kind>): string {
  return jsonText({ v: 1, kind, ...body });
}

/** How a command failed, for a program. */
export function errorText(reason: keyof typeof EXIT, message: string): string {
  return reportText("error", { reason, status: EXIT[reason], message });
}

/** Whether a command line asks for it. Arguments that are wrong ask for it, too. */
export function asksForJson(line: readonly string[]): boolean {
  const end = line.indexOf("--");
  return (end < 0 ? line : line.slice(0, end)).includes("--json");
}
