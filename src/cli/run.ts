/** The command table. Each command is loaded when it is asked for, so that the short ones start fast. Room: cli. */
import type { Context } from "./context.ts";
import type { Invocation } from "./command_line/invocation.ts";
import type { Outcome } from "./outcome.ts";

/** Files and folders of the program, for plans. */
export interface Program {
  readonly code: readonly string[];
}

export async function runInvocation(
  invocation: Invocation,
  context: Context,
  program: Program,
): Promise<Outcome> {
  switch (invocation.name) {
    case "status":
      return (await import("./actions/status.ts")).showStatus(invocation, context);
    case "sessions":
      return (await import("./actions/sessions.ts")).listSessions(invocation, context);
    case "export":
      return (await import("./actions/export.ts")).exportSessions(invocation, context);
    case "record":
    case "capture":
    case "stop":
      return (await import("./actions/request.ts")).requestRecording(invocation, context);
    case "policy show":
      return (await import("./actions/policy.ts")).showPolicy(invocation, context);
    case "policy check":
      return (await import("./actions/policy.ts")).checkPolicy(invocation, context);
    case "policy explain":
      return (await import("./actions/policy_explain.ts")).explainPolicy(invocation, context);
    case "policy allow":
      return (await import("./actions/policy_edit.ts")).allowFolder(invocation, context);
    case "policy deny":
      return (await import("./actions/policy_edit.ts")).denyFolder(invocation, context);
    case "audit verify":
      return (await import("./actions/audit.ts")).verifyLog(invocation, context);
    case "audit tail":
      return (await import("./actions/audit.ts")).tailLog(invocation, context);
    case "doctor":
      return (await import("./actions/doctor.ts")).examine(invocation, context, program);
    case "init":
      return (await import("./actions/init.ts")).writeSettings(context);
    case "completions":
      return (await import("./actions/completions.ts")).printCompletions(invocation, context);
    case "daemon":
      throw new Error("internal error: the daemon has an entry of its own, orchestrator.ts");
    case "plan":
      return (await import("./actions/plan.ts")).printPlan(invocation.arguments, { ...context, ...program });
  }
}
