/** The rows of recordings, as every part of their store reads and changes them. */
import {
  type Delivery,
  deliveryFromRow,
  type RecordingSummary,
  SUMMARY,
  summaryFromRow,
} from "./recording.ts";
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
    ofDestination: (destination: string) => all("destination = ? ORDER BY id", destination),
    delivery(id: number): Delivery | null {
      const row = database.get("SELECT * FROM deliveries WHERE recording = ?", id);
      return row === undefined ? null : deliveryFromRow(row);
    },
    /** Reading and rendering state is kilobytes. An export never needs it again; others may be resumed. */
    stop(id: number): void {
      change("UPDATE recordings SET state = 'stopped' WHERE id = ?", id);
      change("UPDATE recordings SET checkpoint = NULL, render = NULL WHERE id = ? AND kind = 'export'", id);
    },
  };
}
