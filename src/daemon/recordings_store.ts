/** Recordings and their deliveries in the daemon's state. Room: daemon; edge through Database. */
import type { Created } from "../destination/decision.ts";
import type { Checkpoint } from "../protocol/cursor.ts";
import type { ProviderId } from "../protocol/event.ts";
import type { SessionRef } from "../protocol/session.ts";
import { isAsLeft } from "../session/settle.ts";
import {
  type Delivery,
  deliveryFromRow,
  type FileIdentity,
  fromRow,
  type NewRecording,
  readTo,
  type Recording,
  type RecordingSummary,
  SUMMARY,
  summaryFromRow,
} from "./recording.ts";
import type { Database, Value } from "./state.ts";

/** A file that kato created, when it was opened first. */
export interface CreatedFile {
  readonly path: string;
  /** Milliseconds since 1970; null where the file system does not say. */
  readonly birth: number | null;
}

export interface RecordingsStore {
  add(recording: NewRecording): number;
  get(id: number): Recording;
  active(): RecordingSummary[];
  /** Active ones and then the latest of the others, each newest first; for status, many times a second. */
  latest(count: number): RecordingSummary[];
  /** Whether there ever was one of this session. */
  knows(ref: SessionRef): boolean;
  activeOfSession(ref: SessionRef): RecordingSummary[];
  ofDestination(destination: string): RecordingSummary[];
  end(id: number, until: number): void;
  resume(id: number, checkpoint: Checkpoint | null, from: number, whole: boolean): void;
  goOn(id: number): void;
  /** Its session goes on in `session`; `isFollowed`: and another recording into its file with it. */
  leave(id: number, session: string, isFollowed: boolean): void;
  /** Adds the recording that goes on with recording `id`, once that is over, before `until`. */
  follow(id: number, ref: SessionRef, until: number | null): void;
  /** Those that wait for that. */
  following(provider: ProviderId): RecordingSummary[];
  /** Recording `id` waits no more: it has the file, and the renderer's state, of `before`. */
  takeOver(id: number, before: number): void;
  /** Whether a recording has gone on into or from this session. */
  hasMoved(ref: SessionRef): boolean;
  /** Ends it as it is; what it lacks is not going to be written. */
  giveUp(id: number): void;
  setFile(id: number, file: FileIdentity, size: number, created: CreatedFile | null): void;
  /** The files that kato created. */
  readonly created: Created;
  /** What kato created at `path` is gone, but for `there`: it is forgotten, before its inode is used again. */
  forgetOthers(path: string, there: FileIdentity | null): void;
  /** Whether a recording, other than `except`, left `file` at `destination` with `size` bytes: nobody edited it since. */
  isAsLeft(destination: string, file: FileIdentity, size: number, except?: number): boolean;
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
  /** The latest that are not active, as `latest()` gives them. They hardly change, and are shown at every change. */
  let past: { readonly count: number; readonly summaries: RecordingSummary[] } | null = null;

  function latestPast(count: number): RecordingSummary[] {
    if (past?.count !== count) {
      past = { count, summaries: all("state = 'stopped' ORDER BY id DESC LIMIT ?", count) };
    }
    return past.summaries;
  }

  function change(sql: string, ...values: Value[]): void {
    past = null;
    database.run(sql, ...values);
  }

  function get(id: number): Recording {
    const row = database.get("SELECT * FROM recordings WHERE id = ?", id);
    if (row === undefined) throw new Error(`internal error: there is no recording ${id}`);
    return fromRow(row);
  }

  function take(id: number, { checkpoint, next, events, last, render }: Delivery, size: number): void {
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

  /** What an export was reading and rendering with is kilobytes that nobody needs again; others may be resumed. */
  function stop(id: number): void {
    change("UPDATE recordings SET state = 'stopped' WHERE id = ?", id);
    change("UPDATE recordings SET checkpoint = NULL, render = NULL WHERE id = ? AND kind = 'export'", id);
  }

  function all(where: string, ...values: Value[]): RecordingSummary[] {
    return database.all(`SELECT ${SUMMARY} FROM recordings WHERE ${where}`, ...values).map(summaryFromRow);
  }

  function ofDestination(destination: string): RecordingSummary[] {
    return all("destination = ? ORDER BY id", destination);
  }

  function delivery(id: number): Delivery | null {
    const row = database.get("SELECT * FROM deliveries WHERE recording = ?", id);
    return row === undefined ? null : deliveryFromRow(row);
  }

  return {
    add({ ref, kind, destination, whole, head, checkpoint, next, until, file }) {
      return database.run(
        `INSERT INTO recordings (provider, session, kind, destination, state, whole, head, checkpoint, read_to, next,
          until, dev, ino) VALUES (?, ?, ?, ?, 'active', ?, ?, ?, ?, ?, ?, ?, ?)`,
        ref.provider,
        ref.session,
        kind,
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
    get,
    active: () => all("state = 'active' ORDER BY id"),
    latest(count) {
      const active = all("state = 'active' ORDER BY id DESC LIMIT ?", count);
      return [...active, ...latestPast(count).slice(0, count - active.length)];
    },
    knows: ({ provider, session }) =>
      database.get(
        "SELECT 1 FROM recordings WHERE provider = ? AND session = ? LIMIT 1",
        provider,
        session,
      ) !==
        undefined,
    activeOfSession: ({ provider, session }) =>
      all("provider = ? AND session = ? AND state = 'active' ORDER BY id", provider, session),
    ofDestination,
    end: (id, until) => change("UPDATE recordings SET until = ? WHERE id = ?", until, id),
    resume(id, checkpoint, from, whole) {
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
    goOn: (id) =>
      change("UPDATE recordings SET state = 'active', until = NULL, goes_on = NULL WHERE id = ?", id),
    leave(id, session, isFollowed) {
      change("UPDATE recordings SET goes_on = ?, followed = ? WHERE id = ?", session, isFollowed ? 1 : 0, id);
    },
    follow(id, { provider, session }, until) {
      change(
        `INSERT INTO recordings (provider, session, kind, destination, state, whole, head, next, until, inherits, follows)
          SELECT ?, ?, kind, destination, 'active', 0, head, 0, ?, session, id FROM recordings WHERE id = ?`,
        provider,
        session,
        until,
        id,
      );
    },
    following: (provider) => all("follows IS NOT NULL AND provider = ? ORDER BY id", provider),
    takeOver(id, before) {
      database.transact(() => {
        change(
          `UPDATE recordings SET follows = NULL, (render, dev, ino, size) =
            (SELECT render, dev, ino, size FROM recordings WHERE id = ?) WHERE id = ?`,
          before,
          id,
        );
        // Nobody resumes it.
        change("UPDATE recordings SET checkpoint = NULL, render = NULL WHERE id = ?", before);
      });
    },
    hasMoved: ({ provider, session }) =>
      database.get(
        "SELECT 1 FROM recordings WHERE provider = ? AND session = ? AND (inherits IS NOT NULL OR followed = 1) LIMIT 1",
        provider,
        session,
      ) !== undefined,
    giveUp(id) {
      database.transact(() => {
        database.run("DELETE FROM deliveries WHERE recording = ?", id);
        change("UPDATE recordings SET follows = NULL WHERE id = ?", id);
        stop(id);
      });
    },
    setFile(id, { dev, ino }, size, created) {
      database.transact(() => {
        change("UPDATE recordings SET dev = ?, ino = ?, size = ? WHERE id = ?", dev, ino, size, id);
        if (created === null) return;
        const { path, birth } = created;
        const sql = "INSERT OR REPLACE INTO files (dev, ino, path, birth) VALUES (?, ?, ?, ?)";
        database.run(sql, dev, ino, path, birth);
      });
    },
    created: {
      has(_identity, { dev, ino, path, birth }) {
        const known = database.get("SELECT path, birth FROM files WHERE dev = ? AND ino = ?", dev, ino);
        if (known === undefined) return false;
        return known["birth"] === null || birth === null ? known["path"] === path : known["birth"] === birth;
      },
    },
    forgetOthers(path, there) {
      const others = "path = ? AND NOT (dev = ? AND ino = ?)";
      const values = [path, there?.dev ?? -1, there?.ino ?? -1];
      // Looked for first: most decisions have nothing to forget, and would wait for the disk.
      if (database.get(`SELECT 1 FROM files WHERE ${others} LIMIT 1`, ...values) === undefined) return;
      database.run(`DELETE FROM files WHERE ${others}`, ...values);
    },
    isAsLeft: (destination, { dev, ino }, size, except) =>
      ofDestination(destination).some(({ id, file, size: known }) =>
        id !== except && file?.dev === dev && file.ino === ino && isAsLeft(known, delivery(id), size)
      ),
    openDelivery(id, { before, length, checkpoint, next, events, last, render }) {
      database.run(
        `INSERT OR REPLACE INTO deliveries (recording, before, length, checkpoint, next, events, last, render)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        id,
        before,
        length,
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
        change("UPDATE recordings SET size = ? WHERE id = ?", size, id);
      });
    },
    advance(id, delivery) {
      database.transact(() => take(id, delivery, delivery.before));
    },
  };
}
