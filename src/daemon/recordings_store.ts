/** Recordings and their deliveries in the daemon's state. Room: daemon; edge through Database. */
import { type Checkpoint, checkpoint as checkpointSchema } from "../protocol/cursor.ts";
import type { ProviderId } from "../protocol/event.ts";
import { type RenderHead, renderHead } from "../protocol/render.ts";
import type { SessionRef } from "../protocol/session.ts";
import type { Database, Row } from "./state.ts";

export type RecordingKind = "record" | "capture" | "export" | "automatic";

export interface Recording {
  readonly id: number;
  readonly provider: ProviderId;
  readonly session: string;
  readonly kind: RecordingKind;
  readonly destination: string;
  readonly active: boolean;
  readonly whole: boolean;
  readonly head: RenderHead;
  /** At or before `next`; null: the session's beginning. */
  readonly checkpoint: Checkpoint | null;
  /** `seq` of the first event that is missing. */
  readonly next: number;
  /** An active recording ends before this `seq`. */
  readonly until: number | null;
  readonly render: Uint8Array | null;
  /** The destination, once it was opened. */
  readonly file: FileIdentity | null;
  /** What the destination measured after the latest delivery. */
  readonly size: number;
  readonly events: number;
  readonly written: string | null;
}

export interface FileIdentity {
  readonly dev: number;
  readonly ino: number;
}

/** Bytes on their way into a destination. */
export interface Delivery {
  readonly before: number;
  readonly length: number;
  readonly sha256: string;
  readonly checkpoint: Checkpoint;
  readonly next: number;
  readonly events: number;
  readonly last: boolean;
  readonly render: Uint8Array;
}

export interface NewRecording {
  readonly ref: SessionRef;
  readonly kind: RecordingKind;
  readonly destination: string;
  readonly whole: boolean;
  readonly head: RenderHead;
  readonly checkpoint: Checkpoint | null;
  readonly next: number;
  readonly until: number | null;
  readonly file: FileIdentity | null;
}

export interface RecordingsStore {
  add(recording: NewRecording): number;
  get(id: number): Recording;
  active(): Recording[];
  /** The latest ones, newest first; for status. */
  latest(count: number): Recording[];
  ofSession(ref: SessionRef): Recording[];
  ofDestination(destination: string): Recording[];
  end(id: number, until: number): void;
  resume(id: number, checkpoint: Checkpoint | null, from: number, whole: boolean): void;
  goOn(id: number): void;
  stop(id: number): void;
  setFile(id: number, file: FileIdentity, size: number, created: string | null): void;
  /** Files that kato created, as `dev:ino`. */
  created(): ReadonlySet<string>;
  openDelivery(id: number, delivery: Delivery): void;
  delivery(id: number): Delivery | null;
  /** The delivery is in the file, which measures `size` now. */
  commitDelivery(id: number, size: number): void;
  /** The delivery is not in the file. */
  dropDelivery(id: number, size: number): void;
  /** Nothing was to be appended: only reading went on. */
  advance(id: number, delivery: Delivery): void;
}

/** Every method runs inside the caller's transaction, or in one of its own. */
export function storeRecordings(database: Database): RecordingsStore {
  function get(id: number): Recording {
    const row = database.get("SELECT * FROM recordings WHERE id = ?", id);
    if (row === undefined) throw new Error(`internal error: there is no recording ${id}`);
    return fromRow(row);
  }

  function take(id: number, { checkpoint, next, events, last, render }: Delivery, size: number): void {
    database.run(
      `UPDATE recordings SET checkpoint = ?, next = ?, events = events + ?, render = ?, size = ?, written = ?,
        state = CASE WHEN ? THEN 'stopped' ELSE state END WHERE id = ?`,
      JSON.stringify(checkpoint),
      next,
      events,
      render,
      size,
      new Date().toISOString(),
      last ? 1 : 0,
      id,
    );
  }

  function delivery(id: number): Delivery | null {
    const row = database.get("SELECT * FROM deliveries WHERE recording = ?", id);
    return row === undefined ? null : deliveryFromRow(row);
  }

  return {
    add({ ref, kind, destination, whole, head, checkpoint, next, until, file }) {
      return database.run(
        `INSERT INTO recordings (provider, session, kind, destination, state, whole, head, checkpoint, next, until,
          dev, ino) VALUES (?, ?, ?, ?, 'active', ?, ?, ?, ?, ?, ?, ?)`,
        ref.provider,
        ref.session,
        kind,
        destination,
        whole ? 1 : 0,
        JSON.stringify(head),
        checkpoint === null ? null : JSON.stringify(checkpoint),
        next,
        until,
        file?.dev ?? null,
        file?.ino ?? null,
      ).id;
    },
    get,
    active: () => database.all("SELECT * FROM recordings WHERE state = 'active' ORDER BY id").map(fromRow),
    latest: (count) =>
      database.all("SELECT * FROM recordings ORDER BY state = 'active' DESC, id DESC LIMIT ?", count).map(
        fromRow,
      ),
    ofSession: ({ provider, session }) =>
      database.all(
        "SELECT * FROM recordings WHERE provider = ? AND session = ? ORDER BY id",
        provider,
        session,
      )
        .map(fromRow),
    ofDestination: (destination) =>
      database.all("SELECT * FROM recordings WHERE destination = ? ORDER BY id", destination).map(fromRow),
    end: (id, until) => void database.run("UPDATE recordings SET until = ? WHERE id = ?", until, id),
    resume(id, checkpoint, from, whole) {
      database.run(
        "UPDATE recordings SET state = 'active', until = NULL, checkpoint = ?, next = ?, whole = ? WHERE id = ?",
        checkpoint === null ? null : JSON.stringify(checkpoint),
        from,
        whole ? 1 : 0,
        id,
      );
    },
    goOn: (id) => void database.run("UPDATE recordings SET state = 'active', until = NULL WHERE id = ?", id),
    stop: (id) => void database.run("UPDATE recordings SET state = 'stopped' WHERE id = ?", id),
    setFile(id, { dev, ino }, size, created) {
      database.transact(() => {
        database.run("UPDATE recordings SET dev = ?, ino = ?, size = ? WHERE id = ?", dev, ino, size, id);
        if (created === null) return;
        database.run("INSERT OR REPLACE INTO files (dev, ino, path) VALUES (?, ?, ?)", dev, ino, created);
      });
    },
    created: () => new Set(database.all("SELECT dev, ino FROM files").map(({ dev, ino }) => `${dev}:${ino}`)),
    openDelivery(id, { before, length, sha256, checkpoint, next, events, last, render }) {
      database.run(
        `INSERT OR REPLACE INTO deliveries (recording, before, length, sha256, checkpoint, next, events, last, render)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        id,
        before,
        length,
        sha256,
        JSON.stringify(checkpoint),
        next,
        events,
        last ? 1 : 0,
        render,
      );
    },
    delivery,
    commitDelivery(id, size) {
      database.transact(() => {
        const open = delivery(id);
        if (open === null) throw new Error(`internal error: recording ${id} has no open delivery`);
        take(id, open, size);
        database.run("DELETE FROM deliveries WHERE recording = ?", id);
      });
    },
    dropDelivery(id, size) {
      database.transact(() => {
        database.run("DELETE FROM deliveries WHERE recording = ?", id);
        database.run("UPDATE recordings SET size = ? WHERE id = ?", size, id);
      });
    },
    advance(id, delivery) {
      take(id, delivery, delivery.before);
    },
  };
}

function fromRow(row: Row): Recording {
  const { checkpoint, render, dev, ino, until, written } = row;
  return {
    id: Number(row["id"]),
    provider: row["provider"] as ProviderId,
    session: String(row["session"]),
    kind: row["kind"] as RecordingKind,
    destination: String(row["destination"]),
    active: row["state"] === "active",
    whole: row["whole"] === 1,
    head: renderHead.parse(JSON.parse(String(row["head"]))),
    checkpoint: typeof checkpoint === "string" ? checkpointSchema.parse(JSON.parse(checkpoint)) : null,
    next: Number(row["next"]),
    until: typeof until === "number" ? until : null,
    render: render instanceof Uint8Array ? render : null,
    file: typeof dev === "number" && typeof ino === "number" ? { dev, ino } : null,
    size: Number(row["size"]),
    events: Number(row["events"]),
    written: typeof written === "string" ? written : null,
  };
}

function deliveryFromRow(row: Row): Delivery {
  return {
    before: Number(row["before"]),
    length: Number(row["length"]),
    sha256: String(row["sha256"]),
    checkpoint: checkpointSchema.parse(JSON.parse(String(row["checkpoint"]))),
    next: Number(row["next"]),
    events: Number(row["events"]),
    last: row["last"] === 1,
    render: row["render"] instanceof Uint8Array ? row["render"] : new Uint8Array(0),
  };
}
