/**
 * The one file a writer has open, whoever opened it. Two kinds: self_made_file.ts, where the writer makes it, and
 * monitor_made_file.ts, where the monitor did. Room: writer; edge through these.
 */
import type { OpenedFile } from "../protocol/writer_messages.ts";

export interface DestinationFile {
  size(): number;
  /** Writes all of `bytes` at the end. They are safe after `flush`. */
  write(bytes: Uint8Array): void;
  /** Has everything written be on the disk; the size. */
  flush(): number;
  truncate(length: number): number;
  close(): void;
}

/** What is asked of a writer that opens. */
export interface Wanted {
  readonly destination: string;
  /** Made exclusively; else it is there already. */
  readonly create: boolean;
  /** Made before it, outermost first. */
  readonly directories: readonly string[];
}

export interface Opened {
  readonly file: DestinationFile;
  /** What was opened; null where that is the monitor's to say. */
  readonly found: OpenedFile | null;
}

export type OpenDestination = (wanted: Wanted) => Opened;
