/** Entry of the writer role as a thread, with the permissions that it has as a process, and folders that it makes. */
import { ownPort } from "../hosts/own_port.ts";
import { openSelfMadeFile } from "./self_made_file.ts";
import { runWriter } from "./writer.ts";

runWriter(ownPort(), openSelfMadeFile);
