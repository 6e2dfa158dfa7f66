/** Chooses the reader for a log by the form that its file name shows. */
import type { FileCursor } from "../protocol/cursor.ts";
import type { Provider } from "../providers/provider.ts";
import { openCompressedLog } from "./compressed_log.ts";
import { openDocumentLog } from "./document_log.ts";
import { type LogFile, openLogFile, type ReadOptions } from "./log_file.ts";

/** One JSON value a line; the same, compressed; or one JSON document that is rewritten at each change. */
export type LogForm = "lines" | "compressed" | "document";

export function formOf(path: string): LogForm {
  if (path.endsWith(".zst")) return "compressed";
  return path.endsWith(".json") ? "document" : "lines";
}

/** Continues from `from`, or begins at the start. The path may change between reads, but not the form. */
export function openLog(
  provider: Provider,
  path: string,
  from: FileCursor | null,
  options: Omit<ReadOptions, "test"> = {},
): LogFile {
  switch (formOf(path)) {
    case "compressed":
      return openCompressedLog(from, options.unread);
    case "document":
      return openDocumentLog((document) => provider.recordsOf?.(document) ?? [], from);
    case "lines":
      return openLogFile(from, { ...options, test: provider.isState ?? null });
  }
}
