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

/** A chain of the collection, with what stands beside it. */
interface Chain {
  readonly chain: CollectedChain;
  readonly owners: ReadonlySet<string>;
  readonly folders: readonly string[];
  readonly verified: ChainVerification;
  /** Its heads in the journals. */
  readonly heads: JournalHead[];
}

export function verifyCollection(options: CollectionOptions): CollectionVerification {
  const { folder, uid, host } = options;
  const collected = readCollected(filesBelow(folder, /\.jsonl$/), folder);
  const journal = readJournalHeads(options.journals);
  const chains = groupChains(collected.records).map((chain) => describeChain(chain, options.archived));

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
  const { missing, chainsOf, pending } = matchHeads(chains, wanted, options.now);
  const shown = chains.filter(({ verified: { origin }, folders, heads }) =>
    heads.length > 0 || isOfUid(origin?.uid ?? null) && (isOfHost(origin ?? NOBODY) || folders.some(isBelow))
  );
  const bad = collected.bad.filter(({ file }) => isBelow(file) || host === null && uid === null);
  const findings: Finding[] = [
    ...bad.map(({ file, line, why }) => ({ finding: "broken" as const, ...NOBODY, file, line, why })),
    ...shown.flatMap(sayBroken),
    ...missing.flatMap(sayMissing),
    ...chains.flatMap(sayElsewhere),
    ...chainsOf.flatMap(sayBegunAnew),
    ...shown.flatMap(sayUnproven),
    ...journal.bad.map(({ journal: file, why }) => ({
      finding: "unreadable" as const,
      ...NOBODY,
      file,
      line: null,
      why,
    })),
  ];
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

function describeChain(chain: CollectedChain, archived: boolean): Chain {
  const folders = chain.records.map(({ file }) => file.slice(0, Math.max(0, file.lastIndexOf("/"))));
  return {
    chain,
    owners: ownersOf(chain),
    folders: [...new Set(folders)],
    verified: verifyChain(chain, archived),
    heads: [],
  };
}

/** The chains that the journals have heads of an owner of. */
interface ChainsOfOwner {
  readonly head: JournalHead;
  readonly chains: Set<Chain>;
}

/** Gives each chain its heads. `missing`: by owner, the heads that no chain holds. */
function matchHeads(chains: readonly Chain[], heads: readonly JournalHead[], now: number) {
  const chainOf = new Map(chains.flatMap((one) => one.chain.records.map(({ hash }) => [hash, one] as const)));
  const missing = new Map<string, JournalHead[]>();
  const chainsOf = new Map<string, ChainsOfOwner>();
  let pending = 0;
  for (const head of heads) {
    const chain = chainOf.get(head.hash);
    const owner = ownerOf(head);
    if (chain !== undefined) {
      chain.heads.push(head);
      const own = chainsOf.get(owner) ?? { head, chains: new Set() };
      chainsOf.set(owner, { ...own, chains: own.chains.add(chain) });
    } else if (now - head.time < HEAD_SETTLE_MS) {
      pending += 1;
    } else {
      missing.set(owner, [...missing.get(owner) ?? [], head]);
    }
  }
  return { missing: [...missing.values()], chainsOf: [...chainsOf.values()], pending };
}

function sayBroken({ verified: { origin, broken } }: Chain): Finding[] {
  if (broken === null) return [];
  const { file, line, why } = broken;
  return [{ finding: "broken", ...whose(origin), file, line, why }];
}

function sayMissing(heads: JournalHead[]): Finding[] {
  const [first] = heads.sort((a, b) => a.time - b.time);
  if (first === undefined) return [];
  const many = heads.length === 1 ? "a head" : `${heads.length} heads`;
  const since = new Date(first.time).toISOString();
  const why = `the journal has ${many} that no chain holds, the first of ${since} (${first.hash}): ` +
    "records are missing at the end, or the log was written anew";
  return [{ finding: "head-missing", ...whose(first), file: first.journal, line: null, why }];
}

function sayElsewhere({ owners, heads }: Chain): Finding[] {
  const stranger = heads.find((head) => owners.size > 0 && !owners.has(ownerOf(head)));
  if (stranger === undefined) return [];
  const names = [...owners].join(", ");
  const why = `the journal has the head ${stranger.hash} of a log that says it is of ${names}`;
  return [{ finding: "head-elsewhere", ...whose(stranger), file: stranger.journal, line: null, why }];
}

function sayBegunAnew({ head, chains: { size } }: ChainsOfOwner): Finding[] {
  if (size < 2) return [];
  const why = `the journal has heads of ${size} chains: the log was removed, and begun anew`;
  return [{ finding: "begun-anew", ...whose(head), file: null, line: null, why }];
}

function sayUnproven({ verified: { origin }, folders, heads }: Chain): Finding[] {
  if (heads.length > 0) return [];
  const why = "no journal has a head of this chain, so nothing proves that its end is there";
  return [{ finding: "unproven", ...whose(origin), file: folders[0] ?? null, line: null, why }];
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
