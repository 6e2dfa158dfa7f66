/**
 * Entry of the parser role, as a worker or as a process. Its permissions are those of profile `parser:<provider>`: it
 * reads that provider's roots, and nothing else.
 */
import { ownPort } from "../hosts/own_port.ts";
import { providerById } from "../providers/registry.ts";
import { runParser } from "./parser.ts";

runParser(ownPort(), providerById);
