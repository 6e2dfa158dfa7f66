/**
 * `kato verify`. READS the named file and its seal, the logs of the session that it names, kato's report of itself and the
 * audit log; writes to the terminal only.
 */
import { placesOf } from "../../settings/places.ts";
import { absolutePath } from "../command_line/typed_path.ts";
import type { VerifyGiven } from "../commands/verify.ts";
import type { Context } from "../context.ts";
import { VERIFY_EXIT } from "../exit_status.ts";
import { listenForInterruption } from "../interruption.ts";
import { INTERRUPTED } from "../export/run.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { loadForSessions, loadOwnConfig } from "../planning/load_settings.ts";
import { checkSeal } from "../seal/check_seal.ts";
import { resultOf } from "../seal/seal_check.ts";
import { sealPathOf } from "../seal/seal_path.ts";
import { NO_PROGRESS, showProgress } from "../terminal/progress.ts";
import { showSize } from "../terminal/style.ts";
import { judge, openNamed } from "../verify/judge.ts";
import { tellVerdict } from "../verify/verdict.ts";

export async function verifyFile({ file: typed, json }: VerifyGiven, context: Context): Promise<Outcome> {
  const { cwd, home } = context;
  const loaded = loadForSessions(context);
  if (!loaded.ok) return loaded.outcome;
  const config = loadOwnConfig(context);
  if (!config.ok) return config.outcome;
  const named = absolutePath(typed, cwd, home);
  const opened = openNamed(named, home);
  if (!("file" in opened)) return opened;
  const { file, path } = opened;
  const interruption = listenForInterruption();
  const progress = context.err.isTerminal ? showProgress(context.err) : NO_PROGRESS;
  const stopped = () => interruption.heard() !== null;
  try {
    const judged = await judge(file, path, {
      context,
      effective: loaded.value,
      render: config.value.render,
      progress: (bytes, size) => progress.show(() => showSize(bytes), bytes, size),
      stopped,
    });
    const seal = await checkSeal({
      seal: sealPathOf(named),
      file,
      path,
      logs: placesOf(home).logs,
      source: judged?.source ?? null,
      stopped,
    });
    progress.clear();
    if (judged === null || seal === "stopped") return fail(interruption.heard() ?? "failed", INTERRUPTED);
    const { verdict } = judged;
    context.out.write(tellVerdict(verdict, seal, json, context));
    const result = resultOf(verdict, seal);
    return result === "equal" ? DONE : { outcome: "ended", status: VERIFY_EXIT[result] };
  } finally {
    interruption.close();
    file.close();
  }
}
