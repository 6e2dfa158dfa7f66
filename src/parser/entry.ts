/**
 * Entry of the parser role on the thread host. Its permissions are those of profile `parser:<provider>`: read on
 * that provider's roots, and nothing else.
 */
import { ownPort } from "../hosts/worker_port.ts";
import { providerById } from "../providers/registry.ts";
import { runParser } from "./parser.ts";

runParser(ownPort(), providerById);
