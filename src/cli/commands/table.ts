/**
 * The table of commands. What is not in it does not exist: command lines, plans, help, completions, docs/cli.md and the
 * manual page are made from it. A command's file here is light, because all of them are loaded at every start; what the
 * command does is loaded when it runs.
 */
import type { Command, Family } from "../command_line/command.ts";
import { auditTail } from "./audit_tail.ts";
import { auditVerify } from "./audit_verify.ts";
import { auditVerifyAll } from "./audit_verify_all.ts";
import { capture } from "./capture.ts";
import { completions } from "./completions.ts";
import { daemon } from "./daemon.ts";
import { doctor } from "./doctor.ts";
import { exportCommand } from "./export.ts";
import { forget } from "./forget.ts";
import { clean } from "./clean.ts";
import { fleetStatus } from "./fleet_status.ts";
import { helpOn } from "./help.ts";
import { init } from "./init.ts";
import { plan } from "./plan.ts";
import { policyAllow } from "./policy_allow.ts";
import { policyCheck } from "./policy_check.ts";
import { policyDeny } from "./policy_deny.ts";
import { policyExplain } from "./policy_explain.ts";
import { policyShow } from "./policy_show.ts";
import { record } from "./record.ts";
import { scan } from "./scan.ts";
import { search } from "./search.ts";
import { seal } from "./seal.ts";
import { sessions } from "./sessions.ts";
import { show } from "./show.ts";
import { status } from "./status.ts";
import { stop } from "./stop.ts";
import { tail } from "./tail.ts";
import { verify } from "./verify.ts";
import { version } from "./version.ts";

const policy: Family = {
  path: "policy",
  summary: "show, explain, check or change the policy",
  description: "Shows the policy that holds, says why it does, checks its files, or changes your own.",
  example: "kato policy allow ~/notes",
  members: [policyShow, policyCheck, policyExplain, policyAllow, policyDeny],
};

const audit: Family = {
  path: "audit",
  summary: "verify or read the security log",
  description: "Verifies or reads the security log: one record for each decision, each chained to the last.",
  example: "kato audit verify",
  members: [auditVerify, auditVerifyAll, auditTail],
};

const fleet: Family = {
  path: "fleet",
  summary: "look at everybody's kato on this machine, for root",
  description: "Looks at everybody's kato on this machine, for root.",
  example: "sudo kato fleet status --json",
  members: [fleetStatus],
};

/** Commands as the first page of the help shows them. */
export interface Section {
  readonly title: string;
  /** Whether names are enough: the first page has to fit a small terminal. */
  readonly isBrief: boolean;
  readonly entries: readonly (Command | Family)[];
}

const WORK: readonly Section[] = [
  {
    title: "Sessions",
    isBrief: false,
    entries: [status, sessions, show, tail, search, record, capture, stop, forget, exportCommand],
  },
  { title: "Rules and evidence", isBrief: true, entries: [policy, audit, scan, verify, seal, clean, doctor] },
];

const INSTALLATION = [init, completions, daemon, fleet, version];

/** Its parser answers it: it says what the parser knows of the others. */
export const HELP = helpOn(
  [...WORK.flatMap(({ entries }) => entries), ...INSTALLATION].map(({ path }) => path),
);

export const SECTIONS: readonly Section[] = [
  ...WORK,
  { title: "Installation", isBrief: true, entries: [...INSTALLATION, HELP] },
];

/** Commands that the launcher alone uses. */
const HIDDEN: readonly Command[] = [plan];

/** In the order of the help. */
export const ENTRIES = [...SECTIONS.flatMap(({ entries }) => entries), ...HIDDEN];

export const COMMANDS: readonly Command[] = ENTRIES.flatMap((entry) =>
  "members" in entry ? entry.members : [entry]
);
