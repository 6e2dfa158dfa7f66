/** Entry of the writer role as a thread. It has the process's permissions, and creates its folders and file. */
import { ownPort } from "../hosts/own_port.ts";
import { htmlRenderer } from "../render/html.ts";
import { jsonlRenderer } from "../render/jsonl.ts";
import { markdownWithImages } from "../render/markdown.ts";
import { openSelfMadeFile } from "./self_made_file.ts";
import { runWriter } from "./writer.ts";

runWriter(ownPort(), openSelfMadeFile, {
  md: markdownWithImages,
  jsonl: () => jsonlRenderer,
  html: () => htmlRenderer,
});
