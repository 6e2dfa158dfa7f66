/**
 * The gates that can be run by themselves: `deno task test:torture`, `test:attack` and `test:fuzz`. Each row is
 * one gate and the files that hold it. docs/security-gates.md has this table.
 */
import { markdownTable } from "../markdown_table.ts";

export interface Gate {
  readonly what: string;
  /** Files or folders of tests. */
  readonly tests: readonly string[];
  /** Variables of the short form and of the long form. */
  readonly short?: Readonly<Record<string, string>>;
  readonly long?: Readonly<Record<string, string>>;
}

export const SUITES = {
  torture: [
    {
      what: "kills at random moments",
      tests: ["tests/daemon/kill_test.ts"],
      short: { KATO_KILL_ROUNDS: "60" },
      long: { KATO_KILL_ROUNDS: "3000" },
    },
    {
      what: "disks that refuse",
      tests: ["tests/daemon/stuck_test.ts", "tests/daemon/state_faults_test.ts"],
    },
    {
      what: "system calls that fail",
      tests: ["tests/faults/failing_disk_test.ts", "tests/faults/failing_reads_test.ts"],
      long: { KATO_FAULT_ROUNDS: "all" },
    },
    {
      what: "kills at each system call",
      tests: ["tests/faults/kill_at_call_test.ts", "tests/faults/search_kill_test.ts"],
      long: { KATO_KILL_CALLS: "all" },
    },
    {
      what: "power that fails",
      tests: ["tests/faults/power_loss_test.ts", "tests/faults/loop_image_test.ts"],
      long: { KATO_POWER_LOSSES: "all", KATO_LOOP_IMAGES: "40" },
    },
    {
      what: "order of writes and flushes",
      tests: ["tests/disk", "tests/writer/durability_test.ts", "tests/audit/odd_files_test.ts"],
    },
    {
      what: "lifecycle races",
      tests: [
        "tests/daemon/life_test.ts",
        "tests/daemon/restart_test.ts",
        "tests/daemon/held_file_test.ts",
        "tests/hosts/processes_test.ts",
        "tests/hosts/halted_test.ts",
        "tests/faults/clock_test.ts",
        "tests/faults/signals_test.ts",
        "tests/faults/limits_test.ts",
        "tests/launcher/monitor_test.ts",
      ],
      long: { KATO_STARTS: "100", KATO_SIGNALS: "all" },
    },
    {
      what: "sources that change under the reader",
      tests: [
        "tests/daemon/moved_logs_test.ts",
        "tests/daemon/refused_test.ts",
        "tests/daemon/late_logs_test.ts",
        "tests/parser/torn_logs_test.ts",
        "tests/parser/half_written_document_test.ts",
        "tests/parser/lost_events_test.ts",
        "tests/parser/refused_reads_test.ts",
        "tests/parser/compressed_log_test.ts",
        "tests/parser/watch_state_test.ts",
        "tests/faults/watches_test.ts",
      ],
      long: { KATO_WATCHES: "all" },
    },
  ],
  attack: [
    {
      what: "path traversal and canonicalisation",
      tests: [
        "tests/destination/path_test.ts",
        "tests/destination/decide_test.ts",
        "tests/attacks/path_policy_test.ts",
      ],
    },
    {
      what: "symlink escape",
      tests: [
        "tests/attacks/swap_race_test.ts",
        "tests/attacks/opened_test.ts",
        "tests/permissions/enabling_links_test.ts",
      ],
    },
    {
      what: "command confusion",
      tests: [
        "tests/session/command_test.ts",
        "tests/session/command_line_test.ts",
        "tests/protocol/evidence_test.ts",
        "tests/providers/claude_code_evidence_test.ts",
        "tests/providers/codex_evidence_test.ts",
        "tests/providers/gemini_evidence_test.ts",
        "tests/daemon/logs_test.ts",
      ],
    },
    {
      what: "parser poisoning",
      tests: [
        "tests/attacks/poisoned_log_test.ts",
        "tests/attacks/poisoned_clients_test.ts",
        "tests/attacks/poisoned_folders_test.ts",
      ],
      long: { KATO_NEW_SESSIONS: "10000" },
    },
    {
      what: "texts that leave their place",
      tests: [
        "tests/render/contain_test.ts",
        "tests/render/html_prose_test.ts",
        "tests/render/heads_test.ts",
      ],
    },
    {
      what: "permission boundaries per worker",
      tests: [
        "tests/permissions/matrix_test.ts",
        "tests/attacks/boundaries_test.ts",
        "tests/launcher/boundary_test.ts",
        "tests/launcher/roles_test.ts",
        "tests/launcher/filter_test.ts",
      ],
    },
    {
      what: "frames from one role to another",
      tests: [
        "tests/hosts/hostile_roles_test.ts",
        "tests/hosts/own_port_test.ts",
        "tests/daemon/roles_test.ts",
      ],
    },
    {
      what: "policy that nobody widens",
      tests: [
        "tests/settings/policy_files_test.ts",
        "tests/settings/narrower_test.ts",
        "tests/attacks/organisation_policy_test.ts",
      ],
    },
    { what: "what is attempted at all", tests: ["tests/daemon/attempts_test.ts"] },
    { what: "request spool", tests: ["tests/daemon/requests_test.ts"] },
    {
      what: "audit completeness",
      tests: [
        "tests/audit/decision_points_test.ts",
        "tests/audit/events_test.ts",
        "tests/daemon/audit_day_test.ts",
        "tests/daemon/audit_test.ts",
        "tests/daemon/open_daemon_test.ts",
        "tests/daemon/recording_reports_test.ts",
      ],
    },
    {
      what: "audit tampering",
      tests: [
        "tests/audit/chain_test.ts",
        "tests/audit/chains_test.ts",
        "tests/audit/changed_test.ts",
        "tests/audit/findings_test.ts",
        "tests/audit/hostile_log_test.ts",
      ],
    },
  ],
  fuzz: [
    {
      what: "providers and logs",
      tests: [
        "tests/providers/contract_test.ts",
        "tests/parser/document_log_test.ts",
        "tests/parser/recover_records_test.ts",
        "tests/parser/split_lines_test.ts",
        "tests/parser/json_text_test.ts",
        "tests/parser/elide_test.ts",
        "tests/parser/zstd_frames_test.ts",
      ],
    },
    {
      what: "commands, paths, settings, plans, frames",
      tests: [
        "tests/session/machine_test.ts",
        "tests/session/settle_test.ts",
        "tests/settings/edit_list_test.ts",
        "tests/settings/keys_test.ts",
        "tests/permissions/plan_test.ts",
        "tests/protocol/streams_test.ts",
        "tests/protocol/small_parts_test.ts",
      ],
    },
    { what: "kept inputs of the fuzzer", tests: ["tests/fuzz/corpora_test.ts"] },
    {
      what: "readers of Markdown",
      tests: ["tests/render/readers_test.ts", "tests/render/property_test.ts"],
      long: { KATO_RUNS: "20000" },
    },
  ],
} satisfies Record<string, readonly Gate[]>;

export type SuiteName = keyof typeof SUITES;

export function gatesOf(suite: SuiteName): readonly Gate[] {
  return SUITES[suite];
}

/** The table of docs/security-gates.md. */
export function gateTable(): string {
  const rows = (Object.keys(SUITES) as SuiteName[]).flatMap((suite) =>
    gatesOf(suite).map(({ what, tests }) => [
      what,
      `\`test:${suite}\``,
      tests.map((path) => `\`${path}\``).join(", "),
    ])
  );
  return markdownTable([["gate", "task", "tests"], ...rows]);
}
