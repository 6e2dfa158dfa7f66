/** Entry of the writer role as a process that writes HTML; see entry.ts. */
import { ownPort } from "../hosts/own_port.ts";
import { htmlRenderer } from "../render/html.ts";
import { openMonitorMadeFile } from "./monitor_made_file.ts";
import { runWriter } from "./writer.ts";

runWriter(ownPort(), openMonitorMadeFile, { html: () => htmlRenderer });
