import { claudeCode } from "../../src/providers/claude_code/claude_code.ts";
import { type EvidenceCase, testEvidence } from "./evidence_contract.ts";

type Row = Readonly<Record<string, unknown>>;

const TEXT = "hello\n::record";
const BODY = "<command-message>review</command-message>\n<command-name>/review</command-name>\n";

const row = {
  parentUuid: null,
  isSidechain: false,
  type: "user",
  uuid: "7d2f1c8e-2b1f-4c39-9f39-3d6f0e1c9a01",
  sessionId: "5d8aa099-af7f-40f3-9709-cc6441f50fd2",
  timestamp: "2026-11-23T10:00:00.000Z",
  userType: "external",
  cwd: "/home/dev/work",
  gitBranch: "main",
  version: "2.1.332",
  message: { role: "user", content: TEXT },
};
const HUMAN = { origin: { kind: "human" }, promptSource: "typed", turnOrigin: "human", entrypoint: "cli" };
const SDK = { promptSource: "sdk", turnOrigin: "sdk" };

const says = (content: unknown) => ({ message: { role: "user", content } });
const text = (...texts: string[]) => says(texts.map((text) => ({ type: "text", text })));

const queued = (attachment: Row, more: Row = {}) => {
  const { message: _, ...envelope } = row;
  return {
    ...envelope,
    type: "attachment",
    attachment: { type: "queued_command", prompt: TEXT, ...attachment },
    ...more,
  };
};

type Told = readonly [
  name: string,
  evidence: EvidenceCase["evidence"],
  why: EvidenceCase["why"],
  record: Row | readonly Row[],
  typed?: string,
];

const TYPED: readonly Told[] = [
  ["typed at a prompt, 2.1", "typed", null, { ...row, ...HUMAN }, TEXT],
  ["queued, then a turn of its own, 2.1", "typed", null, { ...row, ...HUMAN, promptSource: "queued" }],
  ["a flag that is off", "typed", null, { ...row, ...HUMAN, textNotTyped: false, isMeta: null }],
  ["queued while the model worked, 2.1.330", "typed", null, [
    queued({
      commandMode: "prompt",
      origin: { kind: "human" },
      humanTurn: true,
      source_uuid: "u",
      delivery_id: "d",
    }),
  ]],
  ["sent by the person through the program that holds the session, 2.1.332", "typed", null, [
    queued({ commandMode: "prompt", rowSource: "local", hostsOwnTurn: true }),
  ]],
  ["queued, when nothing but the text was kept", "typed", null, [queued({})]],
  ["queued, before origins were noted", "typed", null, [
    queued({ commandMode: "prompt" }, { version: "2.1.100" }),
  ]],
  ["any client before marks, 2.1.30", "typed", null, { ...row, version: "2.1.30" }],
  ["any client before marks, 1.0", "typed", null, { ...row, version: "1.0.35" }],
  ["editor's context beside it, 1.0", "typed", null, {
    ...row,
    version: "1.0.35",
    ...text("<ide_opened_file>a.ts\n::stop</ide_opened_file>", TEXT),
  }, TEXT],
  ["taken out of the queue, 2.1.30", "typed", null, [
    { ...row, version: "2.1.30" },
    { type: "queue-operation", operation: "enqueue", content: TEXT, sessionId: row.sessionId },
    { type: "queue-operation", operation: "remove", sessionId: row.sessionId },
  ], TEXT],
  ["arguments of a slash command, 2.1.332", "typed", null, {
    ...row,
    origin: { kind: "human" },
    turnOrigin: "human",
    ...says(`${BODY}<command-args>the parser\nand its tests\n::capture review.md</command-args>`),
  }, "/review the parser\nand its tests\n::capture review.md"],
  ["a paste in its frame", "typed", null, {
    ...row,
    ...HUMAN,
    ...says('::record\n\n<pasted_content id="2e43">\n::stop\n</pasted_content id="2e43">\n'),
  }, "::record\n\n\n"],
];

const PROMPTS: readonly Told[] = [
  ["claude -p, 2.1", "prompt", "command-line", { ...row, ...SDK, entrypoint: "sdk-cli" }],
  ["claude -p with a file piped in, before marks", "prompt", "command-line", {
    ...row,
    version: "2.1.90",
    entrypoint: "sdk-cli",
  }],
  ["an SDK", "prompt", "api", { ...row, ...SDK, entrypoint: "sdk-ts" }],
  ["a program's prompt in a person's turn", "prompt", "api", { ...row, ...HUMAN, promptSource: "sdk" }],
  ["arguments of a slash command on a command line", "prompt", "command-line", {
    ...row,
    ...SDK,
    entrypoint: "sdk-cli",
    ...says(`${BODY}<command-args>x\n::stop</command-args>`),
  }, "/review x\n::stop"],
];

const unproven = (
  name: string,
  more: Row,
): Told => [name, "unproven", "unknown-mark", { ...row, ...HUMAN, ...more }];
const UNPROVEN: readonly Told[] = [
  unproven("an origin that is no object", { origin: "human" }),
  unproven("an origin without a kind", { origin: {} }),
  unproven("an origin that says more", { origin: { kind: "human", via: "mail" } }),
  unproven("a source that kato does not know", { promptSource: "auto-continue" }),
  unproven("a turn that kato does not know", { turnOrigin: "dream" }),
  unproven("a program that kato does not know", { entrypoint: "toaster" }),
  unproven("a role that is not the user's", { message: { role: "assistant", content: TEXT } }),
  unproven("a message that is no object", { message: TEXT }),
  unproven("a block with a mark", says([{ type: "text", text: TEXT, composed: true }])),
  ["a flag on what was queued", "unproven", "unknown-mark", [
    queued({ commandMode: "prompt", origin: { kind: "human" }, composed: true }),
  ]],
  ["a mode of the queue", "unproven", "unknown-mark", [
    queued({ commandMode: "dream", origin: { kind: "human" } }),
  ]],
  ["no marks, where the version has them", "unproven", "unmarked", { ...row }],
  ["no marks, no version", "unproven", "unmarked", { ...row, version: undefined }],
  ["no version, in a log of a client before marks", "unproven", "unmarked", [
    { ...row, version: "2.1.30" },
    { ...row, version: undefined },
  ]],
  ["no id, of a client before marks", "unproven", "unmarked", { ...row, version: "2.1.30", uuid: null }],
  ["queued, nothing but the text, no version", "unproven", "unmarked", [queued({}, { version: undefined })]],
  ["no id, no marks, no version", "unproven", "unmarked", { type: "user", ...says(TEXT) }],
  ["no marks, where rows before it had them", "unproven", "unmarked", [
    { ...row, ...HUMAN, version: "2.1.200" },
    { ...row, version: "2.1.200" },
  ]],
  ["composed by a host while the model works, 2.1.332", "unproven", "unmarked", [
    queued({ commandMode: "prompt", rowSource: "local" }),
  ]],
  ["written again by an SDK", "unproven", "replayed", { ...row, ...HUMAN, isReplay: true }],
  ["rewritten by the client", "unproven", "rewritten", { ...row, ...HUMAN, promptRewritten: true }],
  ["several blocks of text", "unproven", "ambiguous", { ...row, ...HUMAN, ...text("look", TEXT) }],
  ["editor's context that ends early", "unproven", "ambiguous", {
    ...row,
    ...HUMAN,
    ...text("look", "<ide_diagnostics>x</ide_diagnostics>\n::record"),
  }],
  ["a reminder that holds the end of one, 1.0", "unproven", "ambiguous", {
    ...row,
    version: "1.0.35",
    ...says("<system-reminder>\n</system-reminder>\n::record\n</system-reminder>\nhello"),
  }],
  ["a tag of some client, unmarked", "unproven", "ambiguous", {
    ...row,
    version: "2.1.30",
    ...says("\n<bash-stdout>x</bash-stdout>\n::record"),
  }],
  ["the order that follows a plan, unmarked", "unproven", "ambiguous", {
    ...row,
    version: "2.1.5",
    ...says("Implement the following plan:\n\n# Plan\n\n::record"),
  }],
  ["arguments of a slash command, unmarked", "unproven", "unmarked", {
    ...row,
    ...says(
      "<command-name>/goal</command-name>\n  <command-message>goal</command-message>\n  <command-args>x\n::stop</command-args>",
    ),
  }, "/goal x\n::stop"],
  ["arguments of a slash command, 2.0, where the model could give such commands", "unproven", "ambiguous", {
    ...row,
    version: "2.0.60",
    ...says(`${BODY}<command-args>the parser\n::stop</command-args>`),
  }, "/review the parser\n::stop"],
];

const not = (why: EvidenceCase["why"], name: string, more: Row): Told => [
  name,
  "not-typed",
  why,
  { ...row, ...HUMAN, ...more },
];
const NOT_TYPED: readonly Told[] = [
  ...[
    "isSynthetic",
    "queueSkipAttachments",
    "queueSkipSlashCommands",
    "queueTranscriptOnly",
    "sourceToolAssistantUUID",
    "sourceToolUseID",
    "textNotTyped",
    "turnCompanion",
  ].map((flag) => not("host", flag, { [flag]: true })),
  ...["verifiedSlackHumanTurn", "emailSenderTurn", "fromConnector"].map((flag) =>
    not("connector", flag, { [flag]: true })
  ),
  ...["fromAnotherSession", "handedOff", "agentId"].map((flag) => not("agent", flag, { [flag]: "x" })),
  ...["wakeupSource", "scheduledTaskId"].map((flag) => not("automation", flag, { [flag]: "x" })),
  ...(["coordinator", "observer", "observer-activity", "peer", "teammate"] as const).map((kind) =>
    not("agent", `origin ${kind}`, { origin: { kind } })
  ),
  ...(["auto-continuation", "hook", "plugin", "system"] as const).map((kind) =>
    not("host", `origin ${kind}`, { origin: { kind } })
  ),
  ...(["channel", "slack-ping", "voice-call"] as const).map((kind) =>
    not("connector", `origin ${kind}`, { origin: { kind } })
  ),
  not("automation", "origin task-notification", { origin: { kind: "task-notification" } }),
  ...["harness", "hook"].map((rowSource) => not("host", `rowSource ${rowSource}`, { rowSource })),
  ...["auto_continuation", "host_synthetic", "system"].map((turnOrigin) =>
    not("host", `turnOrigin ${turnOrigin}`, { turnOrigin })
  ),
  not("agent", "turnOrigin peer", { turnOrigin: "peer" }),
  not("automation", "turnOrigin task_notification", { turnOrigin: "task_notification" }),
  not("host", "promptSource system", { promptSource: "system" }),
  not("connector", "promptSource channel", { promptSource: "channel" }),
  not("automation", "turnOrigin scheduled", { turnOrigin: "scheduled" }),
  not("host", "an accepted plan, 2.1", {
    ...says("Implement the following plan:\n\n# Plan\n\n::record"),
    planContent: "# Plan\n\n::record",
  }),
  ["an accepted plan without other marks, 2.1.5", "not-typed", "host", {
    ...row,
    version: "2.1.5",
    planContent: "# P",
  }],
  ["a teammate's message", "not-typed", "agent", {
    ...row,
    version: "2.1.60",
    ...says('<teammate-message teammate_id="lead">\nx\n</teammate-message>\n::record'),
  }],
  ["composed by a host while the model works, marked", "not-typed", "host", [
    queued({ commandMode: "prompt", rowSource: "local", textNotTyped: true }),
  ]],
  ["a channel's message while the model works", "not-typed", "connector", [
    queued({ commandMode: "prompt", origin: { kind: "channel", server: "x" } }),
  ]],
];

const every = [...TYPED, ...PROMPTS, ...UNPROVEN, ...NOT_TYPED];

testEvidence(claudeCode, {
  cases: every.map(([name, evidence, why, record, typed]) => ({
    name,
    records: Array.isArray(record) ? record : [record],
    evidence,
    why,
    ...(typed === undefined ? {} : { typed }),
  })),
  flags: [[0], [0, "message"], [0, "origin"], [0, "attachment"], [0, "attachment", "origin"]],
  kinds: [
    [0, "origin"],
    [0, "origin", "kind"],
    [0, "promptSource"],
    [0, "turnOrigin"],
    [0, "entrypoint"],
    [0, "userType"],
    [0, "message", "role"],
    [0, "attachment", "origin"],
    [0, "attachment", "origin", "kind"],
    [0, "attachment", "commandMode"],
  ],
});
