/**
 * Entry of the writer role as a process, for every format but HTML. Its permissions are those of profile
 * `writer:<destination>`: it writes that destination and nothing else, and it reads nothing.
 */
import { ownPort } from "../hosts/own_port.ts";
import { jsonlRenderer } from "../render/jsonl.ts";
import { markdownWithImages } from "../render/markdown.ts";
import { openMonitorMadeFile } from "./monitor_made_file.ts";
import { runWriter } from "./writer.ts";

runWriter(ownPort(), openMonitorMadeFile, { md: markdownWithImages, jsonl: () => jsonlRenderer });
