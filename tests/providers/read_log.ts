/** Reads a log record by record, as the parser does, without its machinery. */
import type { Event, EventDraft } from "../../src/protocol/event.ts";
import { event } from "../../src/protocol/event_schema.ts";
import type { HandBack, LogRecord, Out, Provider, Reading } from "../../src/providers/provider.ts";

export interface ReadRecord {
  readonly line: number;
  readonly reading: Reading;
  readonly handBack: HandBack | null;
}

/** Every record of a log, in order, and what its end gives (line -1); empty lines are passed over. */
export function readRecords(provider: Provider, agent: string, text: string, part = ""): ReadRecord[] {
  const state = provider.begin(agent, part);
  const records: ReadRecord[] = [];
  for (const [line, json] of text.split("\n").entries()) {
    if (json.trim() === "") continue;
    const record: LogRecord = { value: JSON.parse(json), line };
    const handBack = provider.handBack(state, record);
    records.push({ line, reading: provider.read(state, record), handBack });
  }
  const reading = provider.finish?.(state);
  if (reading !== undefined && reading.outs.length > 0) records.push({ line: -1, reading, handBack: null });
  return records;
}

/** The events of a log as the session reader would place them, each valid by its schema. */
export function readEvents(provider: Provider, session: string, agent: string, text: string): Event[] {
  const outs = readRecords(provider, agent, text).flatMap((record) => record.reading.outs);
  return placeEvents(provider, session, agent, outs);
}

export function placeEvents(
  provider: Provider,
  session: string,
  agent: string,
  outs: readonly Out[],
): Event[] {
  const events: Event[] = [];
  for (const out of outs) {
    if (out.out === "event") {
      events.push(placeEvent(provider, session, out.agent ?? agent, events.length, out.event));
    }
  }
  return events;
}

function placeEvent(
  provider: Provider,
  session: string,
  agent: string,
  seq: number,
  draft: EventDraft,
): Event {
  const { id, time, ...rest } = draft;
  return event.parse({ v: 1, id, provider: provider.id, session, seq, time, agent, ...rest });
}

/** Types that the provider reported as unknown. */
export function unknownTypes(records: readonly ReadRecord[]): string[] {
  return records.flatMap((record) => record.reading.outs).flatMap((out) =>
    out.out === "unknown" ? [out.type] : []
  );
}
