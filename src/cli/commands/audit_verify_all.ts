import { command, flag, type Given, option, required } from "../command_line/command.ts";
import { JSON_FLAG } from "../command_line/common_parameters.ts";
import { FOLDER, TEXT, UID } from "../command_line/kinds.ts";
import { absolutePath } from "../command_line/typed_path.ts";

const takes = {
  folder: required("dir", "the collector's folder, with the records of all machines and people", FOLDER),
  heads: option("--heads <dir>", "the folder with the collected journals (*.journal)", FOLDER),
  host: option("--host <host>", "only this machine: its name, its id, or the folder of its records", TEXT),
  uid: option("--uid <uid>", "only the person with this number", UID),
  archived: flag("--archived", "the oldest files were moved elsewhere"),
  json: JSON_FLAG,
};

export type AuditVerifyAllGiven = Given<typeof takes>;

export const auditVerifyAll = command({
  path: "audit verify-all",
  summary: "check all that a collector has: every chain, against the journals' heads",
  description:
    "Checks every chain of records in a collector's folder, and that each head which the collected journals hold " +
    "is in a chain of the machine and person that wrote it. Exit status: 2 a chain is broken, 3 a head is in no " +
    "chain, 4 a head is in another's chain, 5 a log was begun anew, 6 no head proves a chain, 7 a journal cannot be " +
    "read; of several the smallest.",
  example: "kato audit verify-all /var/log/kato-audit --heads /var/log/journal/remote",
  takes,
  contradiction: ({ heads }) => heads === null ? "say where the collected journals are: --heads DIR" : null,
  plan: ({ folder, heads }, { cwd, home }) => ({
    profile: "audit",
    reads: [folder, heads ?? folder].map((path) => absolutePath(path, cwd, home)),
  }),
  run: async (given, context) =>
    (await import("../actions/audit_collection.ts")).verifyCollected(given, context),
});
