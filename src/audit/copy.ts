/**
 * Checks a copy of a security log that was collected elsewhere. What carries records over a network may repeat some of
 * them or change their order, one machine may send from several addresses, and several may send from one: all records,
 * in the order of their sequence, must be whole chains. Requires read on the copy; writes nothing.
 */
import { basename } from "@std/path";
import { type Link, START, whyNotNext } from "./chain.ts";
import { type CollectedChain, type CollectedRecord, groupChains } from "./chains.ts";
import { filesAt, readCollected } from "./collected.ts";
import type { AuditOrigin } from "./record.ts";
import type { Broken, Verification, VerifyOptions } from "./verify.ts";

/** One chain of the copy. */
export interface ChainVerification extends Omit<Verification, "torn"> {
  /** Whose log it is; null where no record says so. */
  readonly origin: AuditOrigin | null;
}

/** Of all chains together; `first`, `last` and `head` are those of the only chain. */
export interface CopyVerification extends Omit<Verification, "head"> {
  readonly head: string | null;
  /** Lines that say what another line said already. They break nothing. */
  readonly repeated: number;
  readonly chains: readonly ChainVerification[];
}

/**
 * @param paths Files of logs, and folders of such files (every `*.jsonl` directly in them). Throws what the system says
 * of one that cannot be read.
 */
export function verifyAuditCopy(
  paths: readonly string[],
  { head, archived = false }: VerifyOptions = {},
): CopyVerification {
  const { records, known, torn, repeated, bad } = readCollected(paths.flatMap(filesAt), null);
  const [odd] = bad;
  const chains = odd === undefined ? groupChains(records).map((chain) => verifyChain(chain, archived)) : [];
  const only = chains.length === 1 ? chains[0] : undefined;
  const result = (broken: Broken | null): CopyVerification => ({
    records: chains.reduce((sum, chain) => sum + chain.records, 0),
    first: only?.first ?? null,
    last: only?.last ?? null,
    head: only?.head ?? (chains.length === 0 ? START.hash : null),
    torn,
    repeated,
    broken,
    chains,
  });
  if (odd !== undefined) return result({ file: odd.file, line: odd.line, why: odd.why, sequence: 1 });
  const broken = chains.find((chain) => chain.broken !== null)?.broken ?? null;
  if (broken !== null) return result(broken);
  const end = records.at(-1);
  // Somebody expects records here: another folder was meant, or they never arrived.
  if (end === undefined) {
    return result({ file: basename(paths[0] ?? ""), line: 1, why: "there is no record in it", sequence: 1 });
  }
  if (head === undefined || known.has(head)) return result(null);
  return result({
    file: end.file,
    line: end.line,
    why: `the record with the hash ${head} is not in the copy: records are missing at its end`,
    sequence: (only?.last ?? 0) + 1,
  });
}

/** @param archived The chain may begin later than with record 1. */
export function verifyChain({ origin, records }: CollectedChain, archived: boolean): ChainVerification {
  let last: Link = START;
  let first: number | null = null;
  let count = 0;
  const result = (broken: Broken | null): ChainVerification => ({
    origin,
    records: count,
    first,
    last: first === null ? null : last.sequence,
    head: last.hash,
    broken,
  });
  for (const record of records) {
    const why = archived && first === null ? null : whyNotAfter(last, record);
    if (why !== null) {
      return result({ file: record.file, line: record.line, why, sequence: last.sequence + 1 });
    }
    last = { sequence: record.sequence, hash: record.hash };
    first ??= record.sequence;
    count += 1;
  }
  return result(null);
}

function whyNotAfter(last: Link, record: CollectedRecord): string | null {
  // Sorted, so what is not new has the sequence of the one before.
  return record.sequence === last.sequence
    ? `there are two different records ${record.sequence}: the log was rewritten after one of them was collected`
    : whyNotNext(last, record);
}
