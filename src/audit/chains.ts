/**
 * Groups the records of a collected copy into chains. A record belongs where the hash in it leads. The file or folder in
 * which the record was put counts only for a part whose link was lost. Pure.
 */
import type { AuditOrigin, AuditRecord } from "./record.ts";

export interface CollectedRecord extends Pick<AuditRecord, "sequence" | "previous" | "hash"> {
  /** Null in the records that do not name it. */
  readonly origin: AuditOrigin | null;
  readonly folder: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

export interface CollectedChain {
  /** What its records say last; null where none says it. */
  readonly origin: AuditOrigin | null;
  /** In the order of their sequence. */
  readonly records: readonly CollectedRecord[];
}

/** Records that follow each other without a gap. */
interface Part {
  readonly records: CollectedRecord[];
  readonly owners: Set<string>;
  /** Whether its first record is record 1. */
  readonly begins: boolean;
}

export function groupChains(found: readonly CollectedRecord[]): CollectedChain[] {
  const whole: Part[] = [];
  const parts = joinLinked(found);
  // Beginnings first: a part without one looks for the chain that it was cut from.
  for (const part of [...parts.filter(({ begins }) => begins), ...parts.filter(({ begins }) => !begins)]) {
    const chain = findChain(part, whole);
    if (chain === null) {
      whole.push(part);
      continue;
    }
    for (const record of part.records) chain.records.push(record);
    for (const owner of part.owners) chain.owners.add(owner);
  }
  return whole.map(({ records }) => {
    records.sort((a, b) => a.sequence - b.sequence);
    return { origin: records.findLast(({ origin }) => origin !== null)?.origin ?? null, records };
  });
}

function joinLinked(found: readonly CollectedRecord[]): Part[] {
  const partOf = new Map<string, Part>();
  const parts: Part[] = [];
  for (const record of [...found].sort((a, b) => a.sequence - b.sequence)) {
    let part = partOf.get(record.previous);
    if (part === undefined) {
      part = { records: [], owners: new Set(), begins: record.sequence === 1 };
      parts.push(part);
    }
    part.records.push(record);
    if (record.origin !== null) part.owners.add(ownerOf(record.origin));
    partOf.set(record.hash, part);
  }
  return parts;
}

/** The chain that `part` belongs to although no link says so; null when nothing speaks for one. */
function findChain(part: Part, chains: readonly Part[]): Part | null {
  const folders = new Set(part.records.map(({ folder }) => folder));
  const beside = chains.filter(({ records }) => records.some(({ folder }) => folders.has(folder)));
  const same = beside.find(({ owners }) => [...owners].some((owner) => part.owners.has(owner)));
  if (same !== undefined) return same;
  // Of two logs that name no owner, one may have replaced the other: kato cannot tell, so the reader must look.
  const nameless = beside.filter(({ owners }) => owners.size === 0);
  const candidates = part.owners.size > 0 || part.begins ? nameless : beside;
  if (part.begins && part.owners.size > 0) return null;
  const [only = null] = candidates;
  return candidates.length === 1 ? only : null;
}

/** Who writes a log: a machine and a person. A machine without an id is known by its name. */
export function ownerOf({ machine, host, uid }: Pick<AuditOrigin, "machine" | "host" | "uid">): string {
  return `${machine ?? host ?? "?"} ${uid}`;
}
