/**
 * Entry of the writer role as a process. Its permissions are those of profile `writer:<destination>`: it writes that
 * destination and nothing else, and it reads nothing.
 */
import { ownPort } from "../hosts/own_port.ts";
import { openMonitorMadeFile } from "./monitor_made_file.ts";
import { runWriter } from "./writer.ts";

runWriter(ownPort(), openMonitorMadeFile);
