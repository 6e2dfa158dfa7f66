/** The values of keys that no file sets. policy/default.toml shows them to people; a test compares. */
import { forEachClient } from "../protocol/clients.ts";
import { FORMATS } from "../protocol/closed_sets.ts";
import { REDACTION } from "../protocol/redaction.ts";
import type { Config, Policy } from "./policy.ts";

const FOLLOWED = { enabled: true, roots: [], keeps_days: 0 };

/** Safe for a person who never opens a policy file: kato writes to one folder of its own, and touches no existing file. */
export const DEFAULT_POLICY: Policy = {
  version: 1,
  destinations: {
    roots: ["~/.kato/exports"],
    default_root: "~/.kato/exports",
    extensions: [...FORMATS],
    allow_existing: false,
    allow_shared: false,
    max_file_mb: 1024,
    agent_memory: [],
    cli_export: "anywhere",
  },
  recording: { commands: "typed", max_command_age: 0, auto: [], automatic: [] },
  redaction: REDACTION,
  search: { enabled: false },
  sandbox: { require_kernel_sandbox: false },
  providers: forEachClient(() => FOLLOWED),
};

export const DEFAULT_CONFIG: Config = {
  log: { level: "info", file: false },
  render: {
    thinking: false,
    tools: true,
    results: true,
    agents: true,
    notices: true,
    images: "line",
    file_name: "{date}-{time}-{slug}-{session}",
    time_zone: "",
  },
};
