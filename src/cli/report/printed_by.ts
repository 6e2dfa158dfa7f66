/** Which commands print which report, for the documentation. Loaded by tools and tests alone. */
import type { ReportKind } from "./reports.ts";

/** The commands that print a report of each kind. */
export const PRINTED_BY: Readonly<Record<ReportKind, string>> = {
  error: "every command, where it fails without a report of its own",
  version: "`version`",
  attestation: "`version --attest`",
  status: "`status`",
  sessions: "`sessions`",
  export: "`export` to files",
  answer: "`record`, `capture`, `stop`",
  forget: "`forget`",
  clean: "`clean`",
  init: "`init`",
  policy: "`policy show`",
  "policy-edit": "`policy allow`, `policy deny`",
  "policy-check": "`policy check`",
  "policy-keys": "`policy explain` of a key or a table of keys",
  "policy-path": "`policy explain` of a path",
  doctor: "`doctor`",
  permissions: "`doctor --permissions`",
  "audit-verification": "`audit verify`",
  "audit-collection": "`audit verify-all`",
  search: "`search`",
  scan: "`scan`",
  verification: "`verify`",
  seal: "`seal`",
  fleet: "`fleet status`",
};
