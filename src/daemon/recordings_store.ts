/** Recordings and their deliveries in the daemon's state. */
import type { Component } from "../destination/decision.ts";
import type { Checkpoint } from "../protocol/cursor.ts";
import type { ProviderId } from "../protocol/event.ts";
import type { SessionRef } from "../protocol/session.ts";
import { isAsLeft } from "../session/settle.ts";
import { addCounts, type RedactedCounts } from "../protocol/redaction.ts";
import {
  countsOf,
  type Delivery,
  type FileIdentity,
  fromRow,
  type NewRecording,
  readTo,
  type Recording,
  type RecordingSummary,
} from "./recording.ts";
import { followNumber } from "./device_numbers.ts";
import { openRows, type Rows } from "./recording_rows.ts";
import type { Database, Value } from "./state.ts";

/** A file that kato created. */
export interface CreatedFile {
  readonly path: string;
  /** Milliseconds since 1970; null where the file system does not keep it. */
  readonly birth: number | null;
}

export type RecordingsStore = ReturnType<typeof storeRecordings>;

/** Every method runs inside the caller's transaction, or in one of its own. */
export function storeRecordings(database: Database) {
  const rows = openRows(database);
  return {
    forget: rows.forget,
    ...findIn(rows),
    ...startAndEnd(rows),
    ...move(rows),
    ...holdFiles(rows),
    ...deliver(rows),
  };
}

function findIn({ database, all, latestPast, ofDestination }: Rows) {
  const isThere = (sql: string, ...values: Value[]) => database.get(sql, ...values) !== undefined;
  return {
    get(id: number): Recording {
      const row = database.get("SELECT * FROM recordings WHERE id = ?", id);
      if (row === undefined) throw new Error(`internal error: there is no recording ${id}`);
      return fromRow(row);
    },
    /** False, too, where its session is forgotten. */
    isActive: (id: number) => isThere("SELECT 1 FROM recordings WHERE id = ? AND state = 'active'", id),
    active: () => all("state = 'active' ORDER BY id"),
    /** Active ones, then the others, each newest first. The status asks many times a second. */
    latest(count: number) {
      const active = all("state = 'active' ORDER BY id DESC LIMIT ?", count);
      return [...active, ...latestPast(count).slice(0, count - active.length)];
    },
    /** Whether this session was ever recorded. An export is no recording. */
    knows: ({ provider, session }: SessionRef) =>
      isThere(
        "SELECT 1 FROM recordings WHERE provider = ? AND session = ? AND kind != 'export' LIMIT 1",
        provider,
        session,
      ),
    /** Without exports. */
    ofSession: ({ provider, session }: SessionRef) =>
      all("provider = ? AND session = ? AND kind != 'export' ORDER BY id", provider, session),
    /** With exports. */
    everOf: ({ provider, session }: SessionRef) =>
      all("provider = ? AND session = ? ORDER BY id", provider, session),
    activeOfSession: ({ provider, session }: SessionRef) =>
      all("provider = ? AND session = ? AND state = 'active' ORDER BY id", provider, session),
    ofDestination,
    /** The recordings that wait to take over. */
    following: (provider: ProviderId) => all("follows IS NOT NULL AND provider = ? ORDER BY id", provider),
    /** The recording that goes on with this one's file, through every session in which it went on; null where none does. */
    lastOf(recording: RecordingSummary): RecordingSummary | null {
      let last: RecordingSummary | undefined = recording;
      while (last !== undefined && last.goesOn !== null) {
        const { id, provider, session, goesOn }: RecordingSummary = last;
        const where = "provider = ? AND session = ? AND inherits = ? AND id > ? ORDER BY id";
        last = all(where, provider, goesOn, session, id)[0];
      }
      return last ?? null;
    },
    /** Whether a recording moved into or from this session. */
    hasMoved: ({ provider, session }: SessionRef) =>
      isThere(
        "SELECT 1 FROM recordings WHERE provider = ? AND session = ? AND (inherits IS NOT NULL OR followed = 1) LIMIT 1",
        provider,
        session,
      ),
  };
}

function startAndEnd({ database, change, stop, nextId }: Rows) {
  return {
    add({ ref, kind, rule, destination, whole, head, checkpoint, next, until, file }: NewRecording) {
      return database.run(
        `INSERT INTO recordings (id, provider, session, kind, rule, destination, state, whole, head, checkpoint, read_to,
          next, until, dev, ino) VALUES (?, ?, ?, ?, ?, ?, 'active', ?, ?, ?, ?, ?, ?, ?, ?)`,
        nextId(),
        ref.provider,
        ref.session,
        kind,
        rule ?? null,
        destination,
        whole ? 1 : 0,
        JSON.stringify(head),
        checkpoint === null ? null : JSON.stringify(checkpoint),
        readTo(checkpoint),
        next,
        until,
        file?.dev ?? null,
        file?.ino ?? null,
      ).id;
    },
    end: (id: number, until: number) =>
      void change("UPDATE recordings SET until = ? WHERE id = ?", until, id),
    resume(id: number, checkpoint: Checkpoint | null, from: number, whole: boolean) {
      change(
        `UPDATE recordings SET state = 'active', until = NULL, goes_on = NULL, checkpoint = ?, read_to = ?, next = ?,
          whole = ? WHERE id = ?`,
        checkpoint === null ? null : JSON.stringify(checkpoint),
        readTo(checkpoint),
        from,
        whole ? 1 : 0,
        id,
      );
    },
    goOn: (id: number) =>
      void change("UPDATE recordings SET state = 'active', until = NULL, goes_on = NULL WHERE id = ?", id),
    /** Ends it without what it lacks. */
    giveUp(id: number) {
      database.transact(() => {
        database.run("DELETE FROM deliveries WHERE recording = ?", id);
        change("UPDATE recordings SET follows = NULL WHERE id = ?", id);
        stop(id);
      });
    },
  };
}

/** Recordings whose session goes on in another session. */
function move({ database, change, nextId }: Rows) {
  return {
    /** Its session goes on in `session`. `isFollowed`: another recording goes on with its file. */
    leave(id: number, session: string, isFollowed: boolean) {
      change("UPDATE recordings SET goes_on = ?, followed = ? WHERE id = ?", session, isFollowed ? 1 : 0, id);
    },
    /** Adds a recording of `ref` that takes over from `id` once that is over, and ends before `until`. Returns its id. */
    follow(id: number, { provider, session }: SessionRef, until: number | null): number {
      return change(
        `INSERT INTO recordings (id, provider, session, kind, rule, destination, state, whole, head, next, until, inherits,
          follows) SELECT ?, ?, ?, kind, rule, destination, 'active', 0, head, 0, ?, session, id FROM recordings WHERE id = ?`,
        nextId(),
        provider,
        session,
        until,
        id,
      ).id;
    },
    /** Gives recording `id` the file and the renderer's state of `before`. */
    takeOver(id: number, before: number) {
      database.transact(() => {
        change(
          `UPDATE recordings SET follows = NULL, (render, dev, ino, size, redacted) =
            (SELECT render, dev, ino, size, redacted FROM recordings WHERE id = ?) WHERE id = ?`,
          before,
          id,
        );
        // It is never resumed.
        change("UPDATE recordings SET checkpoint = NULL, render = NULL WHERE id = ?", before);
      });
    },
  };
}

function holdFiles({ database, change, ofDestination, delivery }: Rows) {
  return {
    /** `own`: of a file that kato did not make. */
    setFile(
      id: number,
      { dev, ino }: FileIdentity,
      size: number,
      created: CreatedFile | null,
      own: number | null = created?.birth ?? null,
    ) {
      database.transact(() => {
        const opened = "UPDATE recordings SET dev = ?, ino = ?, size = ?, birth = ? WHERE id = ?";
        change(opened, dev, ino, size, own, id);
        if (created === null) return;
        const { path, birth } = created;
        const sql = "INSERT OR REPLACE INTO files (dev, ino, path, birth) VALUES (?, ?, ?, ?)";
        database.run(sql, dev, ino, path, birth);
      });
    },
    /** The files that kato created. */
    created: {
      has(_identity: string, { dev, ino, path, birth }: Component) {
        const known = database.get("SELECT path, birth FROM files WHERE dev = ? AND ino = ?", dev, ino);
        if (known === undefined) return false;
        return known["birth"] === null || birth === null ? known["path"] === path : known["birth"] === birth;
      },
    },
    followNumber: (path: string, there: Component) => followNumber({ database, change }, path, there),
    /** Forgets files that kato created at `path`, except `there`: their inodes may be used again. */
    forgetOthers(path: string, there: FileIdentity | null) {
      const others = "path = ? AND NOT (dev = ? AND ino = ?)";
      const values = [path, there?.dev ?? -1, there?.ino ?? -1];
      // Most decisions have nothing to forget. Without this, they would wait for the disk.
      if (database.get(`SELECT 1 FROM files WHERE ${others} LIMIT 1`, ...values) === undefined) return;
      database.run(`DELETE FROM files WHERE ${others}`, ...values);
    },
    /** Whether a recording other than `except` left `file` at `destination` with `size` bytes. */
    isAsLeft: (destination: string, { dev, ino }: FileIdentity, size: number, except?: number) =>
      ofDestination(destination).some(({ id, file, size: known }) =>
        id !== except && file?.dev === dev && file.ino === ino && isAsLeft(known, delivery(id), size)
      ),
  };
}

function deliver({ database, change, stop, delivery }: Rows) {
  function addRedacted(id: number, more: RedactedCounts): void {
    const before = countsOf(database.get("SELECT redacted FROM recordings WHERE id = ?", id) ?? {});
    change("UPDATE recordings SET redacted = ? WHERE id = ?", JSON.stringify(addCounts(before, more)), id);
  }

  function take(
    id: number,
    { checkpoint, next, events, last, render, redacted }: Delivery,
    size: number,
  ): void {
    if (redacted !== undefined) addRedacted(id, redacted);
    database.run(
      `UPDATE recordings SET checkpoint = ?, read_to = ?, next = ?, events = events + ?, render = ?, size = ?,
        written = ? WHERE id = ?`,
      JSON.stringify(checkpoint),
      readTo(checkpoint),
      next,
      events,
      render,
      size,
      new Date().toISOString(),
      id,
    );
    if (last) stop(id);
  }
  return {
    openDelivery(id: number, delivery: Delivery) {
      const { before, length, checkpoint, next, events, last, render, redacted } = delivery;
      database.run(
        `INSERT OR REPLACE INTO deliveries (recording, before, length, checkpoint, next, events, last, render, redacted)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        id,
        before,
        length,
        JSON.stringify(checkpoint),
        next,
        events,
        last ? 1 : 0,
        render,
        redacted === undefined ? null : JSON.stringify(redacted),
      );
    },
    delivery,
    /** The delivery is in the file, which has `size` bytes now. */
    commitDelivery(id: number, size: number) {
      database.transact(() => {
        const open = delivery(id);
        if (open === null) throw new Error(`internal error: recording ${id} has no open delivery`);
        take(id, open, size);
        database.run("DELETE FROM deliveries WHERE recording = ?", id);
      });
    },
    /** The delivery is not in the file. */
    dropDelivery(id: number, size: number) {
      database.transact(() => {
        database.run("DELETE FROM deliveries WHERE recording = ?", id);
        change("UPDATE recordings SET size = ? WHERE id = ?", size, id);
      });
    },
    /** Only reading went on: there was nothing to append. */
    advance(id: number, delivery: Delivery) {
      database.transact(() => take(id, delivery, delivery.before));
    },
  };
}
