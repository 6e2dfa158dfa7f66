/**
 * Checks everything that a collector has: every chain of its folder, and that each head which the collected journals hold
 * is in a chain of the machine and person that wrote it. Requires read on both folders; writes nothing.
 */
import type { ChainVerification } from "./copy.ts";
import { verifyChain } from "./copy.ts";
import { type CollectedChain, groupChains, ownerOf } from "./chains.ts";
import { filesBelow, readCollected } from "./collected.ts";
import { type JournalHead, readJournalHeads } from "./journal_heads.ts";
import { HEAD_SETTLE_MS } from "../protocol/collector_limits.ts";

/** What can be wrong, the gravest first. */
export const FINDINGS = [
  /** A record was changed, is missing, or there are two of its number; a line is no record. */
  "broken",
  /** The journal has a head that no chain holds: the end of a log is missing, or all of it was written anew. */
  "head-missing",
  /** The journal of one machine and person has the head of a log that says it is another's. */
  "head-elsewhere",
  /** One machine and person has heads in several chains. */
  "begun-anew",
  /** No journal has a head of the chain: nothing proves its end. */
  "unproven",
  /** A journal cannot be read: what it holds was not compared. */
  "unreadable",
] as const;
export type FindingKind = typeof FINDINGS[number];

export interface Finding {
  readonly finding: FindingKind;
  readonly host: string | null;
  readonly machine: string | null;
  readonly uid: number | null;
  /** Where it shows: a file of either folder, and a line where there is one. */
  readonly file: string | null;
  readonly line: number | null;
  readonly why: string;
}

export interface CollectedVerification extends ChainVerification {
  /** Where its records are, from the top folder. */
  readonly folders: readonly string[];
  /** How many heads of it the journals have. */
  readonly heads: number;
}

export interface CollectionVerification {
  readonly ok: boolean;
  readonly chains: readonly CollectedVerification[];
  readonly findings: readonly Finding[];
  readonly journals: number;
  readonly heads: number;
  /** Heads so young that their records may be on their way. */
  readonly pending: number;
  readonly torn: number;
  readonly repeated: number;
}

export interface CollectionOptions {
  /** The top folder with records, and the one with journals. */
  readonly folder: string;
  readonly journals: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Only what is of this machine: its name, its id, or the folder of its records. */
  readonly host: string | null;
  readonly uid: number | null;
  readonly archived: boolean;
}

export function verifyCollection(options: CollectionOptions): CollectionVerification {
  const { folder, now, uid, host, archived } = options;
  const collected = readCollected(filesBelow(folder, /\.jsonl$/), folder);
  const journal = readJournalHeads(options.journals);
  const chains = groupChains(collected.records).map((chain) => ({
    chain,
    owners: ownersOf(chain),
    folders: [...new Set(chain.records.map(({ file }) => file.slice(0, Math.max(0, file.lastIndexOf("/")))))],
    verified: verifyChain(chain, archived),
    heads: [] as JournalHead[],
  }));
  type Chain = typeof chains[number];
  const chainOf = new Map<string, Chain>();
  for (const entry of chains) for (const { hash } of entry.chain.records) chainOf.set(hash, entry);

  const isOfUid = (of: number | null) => uid === null || of === uid;
  const isOfHost = (of: { readonly host: string | null; readonly machine: string | null }) =>
    host === null || of.host === host || of.machine === host;
  const isBelow = (path: string) => host !== null && path.split("/").includes(host);
  // A head names the machine, and not the folder of its records.
  const writers = new Set(
    chains.flatMap(({ owners, folders }) => folders.some(isBelow) ? [...owners] : []),
  );
  const wanted = journal.heads.filter((head) =>
    isOfUid(head.uid) && (isOfHost(head) || writers.has(ownerOf(head)))
  );
  const findings: Finding[] = [];
  const missing = new Map<string, JournalHead[]>();
  const chainsOf = new Map<string, { head: JournalHead; chains: Set<Chain> }>();
  let pending = 0;
  for (const head of wanted) {
    const chain = chainOf.get(head.hash);
    if (chain !== undefined) {
      chain.heads.push(head);
      const own = chainsOf.get(ownerOf(head)) ?? { head, chains: new Set() };
      chainsOf.set(ownerOf(head), { ...own, chains: own.chains.add(chain) });
    } else if (now - head.time < HEAD_SETTLE_MS) {
      pending += 1;
    } else {
      missing.set(ownerOf(head), [...missing.get(ownerOf(head)) ?? [], head]);
    }
  }

  const shown = chains.filter(({ verified: { origin }, folders, heads }) =>
    heads.length > 0 || isOfUid(origin?.uid ?? null) && (isOfHost(origin ?? NOBODY) || folders.some(isBelow))
  );
  for (const { file, line, why } of collected.bad) {
    const isShown = isBelow(file) || host === null && uid === null;
    if (isShown) findings.push({ finding: "broken", ...NOBODY, file, line, why });
  }
  for (const { verified: { origin, broken } } of shown) {
    if (broken === null) continue;
    findings.push({
      finding: "broken",
      ...whose(origin),
      file: broken.file,
      line: broken.line,
      why: broken.why,
    });
  }
  for (const heads of missing.values()) {
    const [first] = heads.sort((a, b) => a.time - b.time);
    if (first === undefined) continue;
    const many = heads.length === 1 ? "a head" : `${heads.length} heads`;
    const since = new Date(first.time).toISOString();
    const why = `the journal has ${many} that no chain holds, the first of ${since} (${first.hash}): ` +
      "records are missing at the end, or the log was written anew";
    findings.push({ finding: "head-missing", ...whose(first), file: first.journal, line: null, why });
  }
  for (const { owners, heads } of chains) {
    const stranger = heads.find((head) => owners.size > 0 && !owners.has(ownerOf(head)));
    if (stranger === undefined) continue;
    const why = `the journal has the head ${stranger.hash} of a log that says it is of ${
      [...owners].join(", ")
    }`;
    findings.push({ finding: "head-elsewhere", ...whose(stranger), file: stranger.journal, line: null, why });
  }
  for (const { head, chains: { size } } of chainsOf.values()) {
    if (size < 2) continue;
    const why = `the journal has heads of ${size} chains: the log was removed, and begun anew`;
    findings.push({ finding: "begun-anew", ...whose(head), file: null, line: null, why });
  }
  for (const { verified: { origin }, folders, heads } of shown) {
    if (heads.length > 0) continue;
    const why = "no journal has a head of this chain, so nothing proves that its end is there";
    findings.push({ finding: "unproven", ...whose(origin), file: folders[0] ?? null, line: null, why });
  }
  for (const { journal: file, why } of journal.bad) {
    findings.push({ finding: "unreadable", ...NOBODY, file, line: null, why });
  }
  return {
    ok: findings.length === 0,
    chains: shown.map(({ verified, folders, heads }) => ({ ...verified, folders, heads: heads.length })),
    findings: findings.sort((a, b) => FINDINGS.indexOf(a.finding) - FINDINGS.indexOf(b.finding)),
    journals: journal.journals,
    heads: wanted.length,
    pending,
    torn: collected.torn,
    repeated: collected.repeated,
  };
}

const NOBODY = { host: null, machine: null, uid: null };

function whose(
  of: { readonly host: string | null; readonly machine: string | null; readonly uid: number } | null,
): Pick<Finding, "host" | "machine" | "uid"> {
  return of === null ? NOBODY : { host: of.host, machine: of.machine, uid: of.uid };
}

/** A home that several machines share has one log, of all of them. */
function ownersOf({ records }: CollectedChain): Set<string> {
  return new Set(records.flatMap(({ origin }) => origin === null ? [] : [ownerOf(origin)]));
}
