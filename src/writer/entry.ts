/**
 * Entry of the writer role on the thread host. Its permissions are those of profile `writer:<destination>`: write
 * on that destination, and nothing else; it can read nothing.
 */
import { ownPort } from "../hosts/worker_port.ts";
import { runWriter } from "./writer.ts";

runWriter(ownPort());
