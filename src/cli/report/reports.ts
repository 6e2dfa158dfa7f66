/**
 * The reports that commands print with `--json`: one object, with `v` and `kind` first. docs/reports.schema.json is made
 * from these schemas, and tests hold what commands print against them. Programs may rely on every key; later versions may
 * add keys. Loaded by tools and tests alone: commands take its types.
 */
import * as z from "zod/mini";
import { FINDINGS } from "../../audit/verify_all.ts";
import { FORMATS } from "../../protocol/closed_sets.ts";
import { providerId } from "../../protocol/provider_id.ts";
import { grant } from "../../protocol/grant.ts";
import { answer } from "../../protocol/request.ts";
import { sessionMeta } from "../../protocol/session.ts";
import { status } from "../../protocol/status.ts";
import { policy } from "../../settings/policy.ts";
import { EXIT } from "../exit_status.ts";
import { PROBLEMS } from "../fleet/person_status.ts";
import { NOT_RUNNING } from "../not_running.ts";
import { cleanBody } from "./clean_report.ts";
import { forgetBody } from "./forget_report.ts";
import { searchBody } from "./search_report.ts";
import { seal } from "../seal/seal.ts";
import { fileVerification } from "./verification_report.ts";

/** A report tells the title, not where it comes from. */
const { named: _named, ...shown } = sessionMeta.shape;

const { nullable, string, boolean, int, array } = z;
const text = nullable(string());
const hash = nullable(string());
const line = nullable(int());
const place = z.strictObject({ file: string(), line });
const settingsError = z.strictObject({ file: string(), line, key: text, message: string() });

const origin = z.strictObject({ machine: text, host: text, uid: int(), user: text });
const broken = nullable(z.strictObject({ file: string(), line: int(), sequence: int(), why: string() }));
const verification = { records: int(), first: line, last: line, broken };
const chain = z.strictObject({ ...verification, head: string(), origin: nullable(origin) });

const { v: _, ...ofStatus } = z.partial(status).shape;

const secret = z.strictObject({ file: string(), line: int(), rule: string() });

const REASONS = Object.keys(EXIT) as (keyof typeof EXIT)[];

/** What went wrong. `reason` and `status` go together. */
const error = z.strictObject({ reason: z.enum(REASONS), status: int(), message: string() });

const BODIES = {
  /** Of every command that was given --json. */
  error,
  version: z.strictObject({ version: string(), source: string(), runtime: string() }),
  /** Hashes are SHA-256 in hexadecimal, but for npm's own `integrity`. */
  attestation: z.strictObject({
    ok: boolean(),
    version: string(),
    source: string(),
    runtime: z.strictObject({ version: string(), package: string(), integrity: string(), sha256: string() }),
    policyVersion: int(),
    inputs: z.strictObject({ lock: string(), bundler: string() }),
    folder: string(),
    files: int(),
    changed: array(z.strictObject({ file: string(), state: z.enum(["missing", "changed"]) })),
  }),
  /** Without the daemon's own words where it never ran. */
  status: z.strictObject({
    running: boolean(),
    reason: z.optional(z.enum(NOT_RUNNING)),
    message: z.optional(string()),
    ...ofStatus,
  }),
  sessions: z.strictObject({
    sessions: array(z.strictObject({
      ...shown,
      short: string(),
      path: string(),
      size: int(),
      modified: string(),
      /** From when on its client may delete the log; null: it deletes none. */
      expires: text,
      recorded: nullable(z.enum(["recording", "recorded"])),
    })),
    /** How many more there are than --limit let through. --project and --search may not have looked at them. */
    more: int(),
  }),
  export: z.strictObject({
    format: z.enum(FORMATS),
    /** How many sessions were to be written. What is in neither list was not begun. */
    chosen: int(),
    /** `last 2 turns`, `from event 12`, `since TIME`; null: whole sessions. */
    range: text,
    written: array(z.strictObject({
      provider: providerId,
      session: string(),
      path: string(),
      /** 0: it has no conversation yet. */
      events: int(),
      /** Events outside the range. */
      leftOut: int(),
      bytes: int(),
      /** Parts of the log that could not be taken over, and how many of each. */
      notTaken: array(z.strictObject({ what: string(), times: int() })),
    })),
    /** Without provider and session: the page that lists the files. */
    failed: array(z.strictObject({ provider: nullable(providerId), session: text, ...error.shape })),
    /** The page that lists the files, of `--all --format html`. */
    index: nullable(z.strictObject({ path: string(), sessions: int(), bytes: int() })),
    error: nullable(error),
  }),
  /** Of `kato record`, `capture` and `stop`. */
  answer: z.strictObject({
    verb: z.enum(["record", "capture", "stop"]),
    provider: providerId,
    session: string(),
    result: answer.shape.result,
    reason: string(),
    message: string(),
    destination: text,
  }),
  forget: forgetBody,
  clean: cleanBody,
  init: z.strictObject({
    files: array(z.strictObject({ path: string(), state: z.enum(["written", "kept"]) })),
    /** Of `--auto`; null without it. */
    rule: z.nullable(z.enum(["added", "kept"])),
  }),
  policy: z.strictObject({
    version: int(),
    hash: string(),
    organisationHash: hash,
    policy,
    origins: z.record(string(), string()),
    enforced: z.record(string(), string()),
    violations: array(settingsError),
  }),
  "policy-edit": z.strictObject({
    folder: string(),
    /** Empty: all was so already. */
    changes: array(z.enum(["allowed", "made-default", "taken-out"])),
    roots: array(string()),
    defaultRoot: string(),
    /** Recordings that cannot go on after the restart. */
    cutOff: array(z.strictObject({ provider: providerId, session: string(), destination: string() })),
    /** The file that shows the folders to the service; null where there is no service. */
    dropIn: nullable(
      z.strictObject({ path: string(), state: z.enum(["unchanged", "written", "removed", "foreign"]) }),
    ),
    /** Whether kato has to be started again, and the commands for it; none where there is no service. */
    restart: boolean(),
    commands: array(string()),
    /** Whether an administrator has to name the folder in /etc/apparmor.d/local/kato, where AppArmor is on. */
    appArmor: boolean(),
  }),
  "policy-check": z.strictObject({
    ok: boolean(),
    file: text,
    layer: nullable(z.enum(["organisation", "user"])),
    hash,
    organisationHash: hash,
    problems: array(settingsError),
    notes: array(settingsError),
    /** The administrator's stop, in their words. */
    stopped: text,
  }),
  "policy-keys": z.strictObject({
    keys: array(z.strictObject({
      key: string(),
      says: string(),
      value: z.unknown(),
      enforced: nullable(place),
      steps: array(z.strictObject({
        file: string(),
        line,
        key: string(),
        origin: z.enum(["default", "organisation", "user"]),
        value: z.unknown(),
        ignored: boolean(),
        outcome: z.enum(["holds", "replaced", "ignored"]),
      })),
    })),
  }),
  "policy-path": z.strictObject({
    path: text,
    as: z.enum(["chat", "export"]),
    allowed: boolean(),
    reason: text,
    message: text,
    exists: nullable(boolean()),
    root: text,
    roots: z.strictObject({ folders: array(string()), file: string(), line, enforced: nullable(place) }),
    steps: array(z.strictObject({
      step: string(),
      says: string(),
      state: z.enum(["passed", "denied", "not reached"]),
    })),
    hash: string(),
  }),
  doctor: z.strictObject({
    ok: boolean(),
    kernel: z.strictObject({
      landlockAbi: line,
      processes: array(z.strictObject({
        role: z.enum(["monitor", "orchestrator", "parser", "writer", "other"]),
        pid: int(),
        noNewPrivs: boolean(),
        seccomp: z.enum(["off", "strict", "filter"]),
        capEff: string(),
      })),
      unit: text,
      misses: array(string()),
      userNamespaces: nullable(boolean()),
    }),
    checks: array(z.strictObject({
      name: string(),
      state: z.enum(["ok", "note", "problem"]),
      message: string(),
      mend: text,
    })),
  }),
  permissions: z.strictObject({
    policy: z.strictObject({ version: int(), hash: string() }),
    kernel: z.strictObject({ sandbox: boolean(), missing: array(string()), landlockAbi: line }),
    roles: array(z.strictObject({ role: string(), grants: array(grant) })),
  }),
  /** Of `kato audit verify`: `repeated` and `chains` of a copy alone. */
  "audit-verification": z.strictObject({
    ok: boolean(),
    ...verification,
    head: hash,
    torn: int(),
    repeated: z.optional(int()),
    chains: z.optional(array(chain)),
  }),
  "audit-collection": z.strictObject({
    ok: boolean(),
    chains: array(z.strictObject({ ...chain.shape, folders: array(string()), heads: int() })),
    findings: array(z.strictObject({
      finding: z.enum(FINDINGS),
      host: text,
      machine: text,
      uid: line,
      file: text,
      line,
      why: string(),
    })),
    journals: int(),
    heads: int(),
    pending: int(),
    torn: int(),
    repeated: int(),
  }),
  search: searchBody,
  scan: z.strictObject({ ok: boolean(), files: int(), found: array(secret) }),
  verification: fileVerification,
  seal: z.strictObject({ path: string(), replaced: boolean(), seal }),
  fleet: z.strictObject({
    ok: boolean(),
    version: string(),
    organisationHash: hash,
    blocked: nullable(z.strictObject({ reason: z.enum(NOT_RUNNING), message: string() })),
    expected: int(),
    running: int(),
    people: array(z.strictObject({
      user: text,
      uid: int(),
      home: text,
      manager: boolean(),
      unit: text,
      expected: boolean(),
      running: nullable(boolean()),
      version: text,
      policyHash: hash,
      organisationHash: hash,
      lastSeen: text,
      reason: nullable(z.enum([...NOT_RUNNING, "not-expected", "unknown-home", "unreadable"])),
      message: text,
      problem: nullable(z.enum(PROBLEMS)),
    })),
  }),
};

type Bodies = { readonly [Kind in keyof typeof BODIES]: z.infer<typeof BODIES[Kind]> };

export type ReportKind = keyof Bodies;

type Frozen<Value> = Value extends object ? { readonly [Key in keyof Value]: Frozen<Value[Key]> } : Value;

/** What a command has to say for a report of this kind. */
export type ReportBody<Kind extends ReportKind> = Frozen<Bodies[Kind]>;

export const REPORT_KINDS = Object.keys(BODIES) as readonly ReportKind[];

/** The whole of a report. */
export function reportSchema(kind: ReportKind) {
  return z.strictObject({ v: z.literal(1), kind: z.literal(kind), ...BODIES[kind].shape });
}
