/**
 * `kato seal`. READS the named file and its seal, the logs of the session that it names, and metadata of its folder; WRITES
 * the seal, as the path policy decides, and the audit log. The record is on the disk before the seal is written.
 */
import { basename } from "@std/path";
import { openCommandLog } from "../../audit/command_log.ts";
import { commandDecided, destinationOpened, fileSealed } from "../../audit/events.ts";
import type { AuditLog } from "../../audit/log.ts";
import type { Allowed } from "../../destination/decision.ts";
import { isSystemError, reasonOf } from "../../disk/entry_at.ts";
import { flushFoldersOf } from "../../disk/flush_folder.ts";
import { placesOf } from "../../settings/places.ts";
import { VERSION } from "../../version.ts";
import { absolutePath } from "../command_line/typed_path.ts";
import type { SealGiven } from "../commands/seal.ts";
import type { Context } from "../context.ts";
import { decideFor, type OutputContext } from "../export/decide_output.ts";
import { makeBuffers } from "../export/output_buffers.ts";
import { compare, openFile } from "../export/output_file.ts";
import { INTERRUPTED } from "../export/run.ts";
import { listenForInterruption } from "../interruption.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { findClientRoots, loadForSessions, loadOwnConfig } from "../planning/load_settings.ts";
import { reportText } from "../report/report.ts";
import { readSeal } from "../seal/check_seal.ts";
import { hashFile, hashOpened } from "../seal/hash_file.ts";
import { type Seal, sealedWords, type Unrecorded } from "../seal/seal.ts";
import { sealPathOf } from "../seal/seal_path.ts";
import type { FoundSession } from "../sessions/find_sessions.ts";
import { findReadableProviders } from "../sessions/readable_providers.ts";
import { NO_PROGRESS, showProgress } from "../terminal/progress.ts";
import { plain, showSize, tilde } from "../terminal/style.ts";
import { judge, type Judgement, openNamed } from "../verify/judge.ts";
import type { OwnWords } from "../verify/own_words.ts";

/** What the person asked for, and what is sealed. */
interface Work {
  readonly context: Context;
  readonly output: OutputContext & { readonly audit: Pick<AuditLog, "append" | "appendAll"> };
  /** As typed. */
  readonly destination: string;
  readonly file: string;
  readonly words: OwnWords;
}

export async function sealFile({ file: typed, json }: SealGiven, context: Context): Promise<Outcome> {
  const { cwd, home, err, out } = context;
  const loaded = loadForSessions(context);
  if (!loaded.ok) return loaded.outcome;
  const config = loadOwnConfig(context);
  if (!config.ok) return config.outcome;
  const effective = loaded.value;
  const opened = openNamed(absolutePath(typed, cwd, home), home);
  if (!("file" in opened)) return opened;
  const { file, path } = opened;
  const interruption = listenForInterruption();
  const stopped = () => interruption.heard() !== null;
  const progress = err.isTerminal ? showProgress(err) : NO_PROGRESS;
  const audit = openCommandLog(placesOf(home).logs, effective, "seal", context.variables(["USER"])["USER"]);
  try {
    const hashed = await hashOpened(file, stopped);
    const judged = hashed === "stopped" ? null : await judge(file, path, {
      context,
      effective,
      render: config.value.render,
      progress: (bytes, size) => progress.show(() => showSize(bytes), bytes, size),
      stopped,
    });
    const logs = judged === null ? "stopped" : await hashLogs(judged.source, stopped);
    progress.clear();
    if (judged === null || logs === "stopped" || hashed === "stopped") {
      return fail(interruption.heard() ?? "failed", INTERRUPTED);
    }
    const { words } = judged.verdict;
    if (words === null) {
      return fail("failed", `${tilde(path, home)} does not begin as kato's files do, and is not sealed.`);
    }
    const followed = findReadableProviders(context, effective).flatMap(({ roots }) => roots);
    const output = {
      ...context,
      policy: effective.policy,
      providerRoots: [...followed, ...Object.values(findClientRoots(context)).flat()],
      force: readSeal(sealPathOf(absolutePath(typed, cwd, home)), path) !== null,
      recorded: new Set<string>(),
      audit,
      buffers: makeBuffers(),
    };
    const work: Work = { context, output, destination: sealPathOf(typed), file: path, words };
    const written = write(work, {
      ...describe(judged, { name: basename(path), bytes: hashed.bytes, sha256: hashed.sha256 }, logs),
      policyHash: effective.hash,
    });
    if (!("seal" in written)) return written;
    const { seal, replaced } = written;
    if (json) out.write(reportText("seal", { path: written.path, replaced, seal }));
    else out.write(`${replaced ? "replaced" : "wrote"} ${tilde(written.path, home)}\n${SAYS[seal.result]}\n`);
    return DONE;
  } finally {
    audit.close();
    interruption.close();
    file.close();
  }
}

const SAYS: Readonly<Record<Seal["result"], string>> = {
  "equal": "The file is what its source gives.",
  "differs": "The file differs from its source, and the seal says so: 'kato verify' shows where.",
  "cannot-tell": "kato could not compare the file with its source, and the seal says so.",
};

async function hashLogs(
  source: FoundSession | null,
  stopped: () => boolean,
): Promise<Seal["source"]["logs"] | "stopped"> {
  const logs: Seal["source"]["logs"] = [];
  for (const { path } of source?.locate().parts ?? []) {
    const hashed = await hashFile(path, stopped);
    if (hashed === "stopped") return "stopped";
    if (hashed !== null) logs.push({ bytes: hashed.bytes, sha256: hashed.sha256 });
  }
  return logs;
}

function describe(
  { verdict: { result, words, recomputed } }: Judgement,
  file: Seal["file"],
  logs: Seal["source"]["logs"],
): Omit<Unrecorded, "policyHash"> {
  if (words === null) throw new Error("internal error: a seal of a file that is not kato's");
  const { provider, session } = words;
  const events = (recomputed?.parts ?? []).map((part) => ({ ...part }));
  const source = { provider, session, events, logs };
  return { kind: "kato-seal", v: 1, time: new Date().toISOString(), version: VERSION, file, result, source };
}

type Written = { readonly path: string; readonly replaced: boolean; readonly seal: Seal };

/** The record of the seal is on the disk before the seal. */
function write(work: Work, sealed: Unrecorded): Written | Outcome {
  const { context, output, destination, file, words } = work;
  const { provider, session } = words;
  const about = { provider, session };
  const decideOn = (created: readonly string[]) =>
    decideFor(destination, output, new Set(created), undefined, { extensions: ["json"] });
  const decision = decideOn(context.outputMade);
  const asked = { command: "kato seal", requested: destination };
  if (!decision.allow) {
    output.audit.append(commandDecided(about, asked, decision.path, "deny", decision.reason));
    const mend = decision.reason === "not-created-by-kato"
      ? `${
        tilde(decision.path ?? destination, context.home)
      } is no seal of this file, and is left alone. Move it away.`
      : plain(decision.message);
    return fail("denied", `Denied (${decision.reason}): ${mend}`);
  }
  const { sequence, hash } = output.audit.append(fileSealed(about, destination, file, sealedWords(sealed)));
  const seal: Seal = { ...sealed, audit: { sequence, hash } };
  const why = writeDecided(work, decision, decideOn, `${JSON.stringify(seal, null, 2)}\n`);
  const replaced = decision.existing !== null && decision.existing.size > 0;
  return why ?? { path: decision.path, replaced, seal };
}

/** Null: it is on the disk. */
function writeDecided(
  { context, output, destination, words: { provider, session } }: Work,
  decision: Allowed,
  decideOn: (created: readonly string[]) => ReturnType<typeof decideFor>,
  text: string,
): Outcome | null {
  const { path } = decision;
  const shown = tilde(path, context.home);
  const recorded = { provider, session, destination: path };
  try {
    using file = openFile(decision);
    const found = file.statSync();
    const difference = compare(found, decision, decideOn([`${found.dev}:${found.ino}`]));
    if (difference !== null) {
      output.audit.append(destinationOpened(recorded, destination, "deny", difference, null));
      return fail("denied", `What was opened is not what was decided (${difference}); nothing was written.`);
    }
    const isNew = decision.existing === null || context.outputMade.includes(`${found.dev}:${found.ino}`);
    output.audit.append(
      destinationOpened(recorded, destination, "allow", isNew ? "created" : "replaced", null),
    );
    file.truncateSync(0);
    const bytes = new TextEncoder().encode(text);
    for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
    file.syncSync();
    if (isNew) flushFoldersOf([...decision.directories, path]);
    return null;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return fail("failed", `Cannot write ${shown}: ${plain(reasonOf(error))}.`);
  }
}
