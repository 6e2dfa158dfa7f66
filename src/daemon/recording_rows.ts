/** The rows of recordings, as every part of their store reads and changes them. */
import {
  type Delivery,
  deliveryFromRow,
  type RecordingSummary,
  SUMMARY,
  summaryFromRow,
} from "./recording.ts";
import type { SessionRef } from "../protocol/session.ts";
import type { Database, Value } from "./state.ts";

export type Rows = ReturnType<typeof openRows>;

export function openRows(database: Database) {
  /** The stopped recordings of `latest()`. They seldom change and are often shown. */
  let past: { readonly count: number; readonly summaries: RecordingSummary[] } | null = null;

  function change(sql: string, ...values: Value[]) {
    past = null;
    return database.run(sql, ...values);
  }

  function all(where: string, ...values: Value[]): RecordingSummary[] {
    return database.all(`SELECT ${SUMMARY} FROM recordings WHERE ${where}`, ...values).map(summaryFromRow);
  }

  const ofDestination = (destination: string) => all("destination = ? ORDER BY id", destination);

  /** A number that no recording ever had: what a run remembers by the number of one must not pass for another's. */
  function nextId(): number {
    const highest = database.get("SELECT max(id) AS id FROM recordings")?.["id"];
    const forgotten = database.get("SELECT value FROM facts WHERE name = 'last-recording'")?.["value"];
    return Math.max(Number(highest ?? 0), Number(forgotten ?? 0)) + 1;
  }

  return {
    database,
    change,
    all,
    latestPast(count: number): RecordingSummary[] {
      if (past?.count !== count) {
        past = { count, summaries: all("state = 'stopped' ORDER BY id DESC LIMIT ?", count) };
      }
      return past.summaries;
    },
    ofDestination,
    delivery(id: number): Delivery | null {
      const row = database.get("SELECT * FROM deliveries WHERE recording = ?", id);
      return row === undefined ? null : deliveryFromRow(row);
    },
    nextId,
    /**
     * Removes the rows of all recordings of this session. None of them may be active. A recording that goes on with a file of
     * this session keeps the project, by which it shows paths, but not the title, which stands in the file.
     */
    forget({ provider, session }: SessionRef): void {
      database.transact(() => {
        const ofHead = "provider = ? AND json_extract(head, '$.meta.session') = ?";
        const setHead = "UPDATE recordings SET head = json_set(head, '$.meta.title', NULL)";
        change(`${setHead} WHERE ${ofHead}`, provider, session);
        const own = all("provider = ? AND session = ? ORDER BY id", provider, session);
        if (own.length === 0) return;
        const setLast = "INSERT OR REPLACE INTO facts (name, value) VALUES ('last-recording', ?)";
        change(setLast, String(nextId() - 1));
        for (const { id } of own) {
          database.run("DELETE FROM deliveries WHERE recording = ?", id);
          change("DELETE FROM recordings WHERE id = ?", id);
        }
        for (const { destination } of own) {
          // A recording that lost its file to a follower is never resumed.
          const isNeeded = ofDestination(destination).some(({ isFollowed }) => !isFollowed);
          if (!isNeeded) database.run("DELETE FROM files WHERE path = ?", destination);
        }
      });
    },
    /** Reading and rendering state is kilobytes. An export never needs it again; others may be resumed. */
    stop(id: number): void {
      change("UPDATE recordings SET state = 'stopped' WHERE id = ?", id);
      change("UPDATE recordings SET checkpoint = NULL, render = NULL WHERE id = ? AND kind = 'export'", id);
    },
  };
}
