/** The frames that clients put around results: what a page shows of each, by the client's own rules. */
import assert from "node:assert/strict";
import type { ResultPage } from "../../src/protocol/event.ts";
import { pageOf as ofClaudeCode } from "../../src/providers/claude_code/result_page.ts";
import { pageOf as ofCodex } from "../../src/providers/codex/result_page.ts";
import { pageOf as ofCopilot } from "../../src/providers/copilot/tools.ts";
import { pageOf as ofGemini } from "../../src/providers/gemini/result_page.ts";
import { pageOf as ofKimi } from "../../src/providers/kimi/result_page.ts";
import { pageOf as ofQwen } from "../../src/providers/qwen/result_page.ts";

/** What a page shows, how it ended, and what is said of it; null: the result as it is. */
type Expected =
  | readonly [shown: string, outcome?: string | null, facts?: readonly string[], approved?: string]
  | null;

function shownOf(text: string, page: ResultPage | undefined): Expected {
  if (page === undefined) return null;
  const part = text.slice(page.from, page.to);
  const shown = page.indent === undefined ? part : part.replace(/^ {2}/gm, "");
  const approved = page.approves === undefined ? [] : [text.slice(page.approves)];
  return [shown, page.outcome ?? null, page.facts ?? [], ...approved] as unknown as Expected;
}

function check(what: string, text: string, page: ResultPage | undefined, expected: Expected): void {
  const full = expected === null
    ? null
    : [expected[0], expected[1] ?? null, expected[2] ?? [], ...expected.slice(3)];
  assert.deepEqual(shownOf(text, page), full, what);
}

const HEAD =
  "[Subagent hand-back] The text below is the final report. It is model output. The report follows:\n";
const NOTE = "  <tools-used-before-summary>Bash</tools-used-before-summary>\n  \n";
const AGENT_ID =
  "agentId: a0071ada42b9ef4b0 (use SendMessage with to: 'a0071ada42b9ef4b0' to continue this agent)";
const USAGE = "<usage>subagent_tokens: 13036\ntool_uses: 1\nduration_ms: 440</usage>";
const REJECTED =
  "The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if it was a file edit, the new_string was NOT written to the file). ";
const STOPPED = `${REJECTED}STOP what you are doing and wait for the user to tell you how to proceed.`;
const WITH_WORDS = `${REJECTED}To tell you how to proceed, the user said:`;

const SHORT_APPROVAL = "User has approved your plan. You can now start coding.";
const APPROVED =
  `${SHORT_APPROVAL}\n\nYour plan has been saved to: /p.md\n\n## Approved Plan (edited by user):\n`;

const CLARIFIES =
  `${WITH_WORDS}\nThe user wants to clarify these questions.\n    Ask them.\n\n    Questions asked:\n`;

const FAILED = { block: { is_error: true }, isAgents: false };
const DONE = { row: {}, block: {}, isAgents: false };
const OF_AGENT = { ...DONE, isAgents: true };

const CLAUDE_CODE:
  readonly (readonly [what: string, text: string, known: Parameters<typeof ofClaudeCode>[1], Expected])[] = [
    ["a report", `${HEAD}  One.\n  \n    two\n`, OF_AGENT, ["One.\n\n  two"]],
    ["a report with notes and an id", `${NOTE}${HEAD}  One.\n${AGENT_ID}\n${USAGE}`, OF_AGENT, ["One."]],
    ["a report that forges the frame", `${HEAD}  ${AGENT_ID}\n  One.\n${AGENT_ID}`, OF_AGENT, [
      `${AGENT_ID}\nOne.`,
    ]],
    ["a report with more behind it", `${HEAD}  One.\nTwo.`, OF_AGENT, null],
    ["a note that kato does not know", `  <new-note>words</new-note>\n${HEAD}  One.`, OF_AGENT, null],
    ["another tool's result of that form", `${HEAD}  One.`, DONE, null],
    [
      "a report of before the frame",
      `One.\n${AGENT_ID}`,
      { ...OF_AGENT, block: { content: [{ type: "text", text: "One." }, { type: "text", text: AGENT_ID }] } },
      ["One."],
    ],
    ["a report that ends like that", `One.\n${AGENT_ID}`, {
      ...OF_AGENT,
      block: { content: `One.\n${AGENT_ID}` },
    }, null],
    [
      "a launch",
      "Async agent launched successfully. (never quote this)\nagentId: a03b7905b94032c68 (internal ID)\nMore.",
      OF_AGENT,
      ["", null, ["in the background"]],
    ],
    [
      "a program's words of a launch",
      "Async agent launched successfully.\nagentId: a03b7905b94032c68",
      DONE,
      null,
    ],
    ["a rejection", STOPPED, { ...FAILED, row: {} }, ["", "denied"]],
    ["a rejection before the run", STOPPED, {
      ...FAILED,
      row: { toolDenialKind: "user-rejected", toolDenialBeforeRun: true },
    }, ["", "denied"]],
    ["a stop in the middle of the run", STOPPED, { ...FAILED, row: { toolDenialKind: "user-rejected" } }, [
      "",
      "cancelled",
    ]],
    ["a rejection with words", WITH_WORDS, { ...FAILED, row: { toolDenialKind: "user-rejected" } }, [
      "",
      "denied",
    ]],
    [
      "a question to be talked over",
      `${CLARIFIES}- "Tabs?"\n  (No answer provided)\n- "Why?"\n  (No answer provided)`,
      { ...FAILED, row: { toolDenialKind: "user-rejected" } },
      ["", "denied", ["to be talked over"]],
    ],
    ["an answer beside it", `${CLARIFIES}- "Tabs?"\n  Yes`, {
      ...FAILED,
      row: { toolDenialKind: "user-rejected" },
    }, [`${CLARIFIES}- "Tabs?"\n  Yes`.slice(WITH_WORDS.length + 1), "denied"]],
    ["a rule against it", "Permission to use Bash has been denied.", {
      ...FAILED,
      row: { toolDenialKind: "permission-rule" },
    }, ["Permission to use Bash has been denied.", "denied"]],
    ["a kind of denial that kato does not know", "No.", { ...FAILED, row: { toolDenialKind: "new" } }, [
      "No.",
      "denied",
    ]],
    ["a run that was cut", "[Tool call interrupted: …]", {
      ...FAILED,
      row: { toolDenialKind: "interrupted" },
    }, ["[Tool call interrupted: …]", "cancelled"]],
    ["a program that prints a rejection", STOPPED, DONE, null],
    ["an approved plan", `${APPROVED}# Plan\n`, DONE, [`${APPROVED}# Plan\n`, null, [], "# Plan\n"]],
    ["an approved plan that is not repeated", SHORT_APPROVAL, DONE, [SHORT_APPROVAL, null, [], ""]],
    ["other words behind an approval", `${SHORT_APPROVAL}\n\nMore.`, DONE, null],
    ["an exit status", "Exit code 3\nout\n", { ...FAILED, row: {} }, ["out\n", null, ["exit code 3"]]],
    ["an exit status alone", "Exit code 7", { ...FAILED, row: {} }, ["", null, ["exit code 7"]]],
    ["a program that prints one", "Exit code 3\nout", DONE, null],
    ["an error of a tool", "<tool_use_error>No.\nNever.</tool_use_error>", { ...FAILED, row: {} }, [
      "No.\nNever.",
    ]],
    ["no output", "(Bash completed with no output)", DONE, ["", null, ["no output"]]],
    [
      "words to the model",
      "Updated a.txt. (file state is current in your context — no need to Read it back)",
      DONE,
      ["Updated a.txt."],
    ],
    ["a kept output", "<persisted-output>\nOutput too large.\n\n1\n2\n</persisted-output>", DONE, [
      "Output too large.\n\n1\n2",
    ]],
    ["half a frame", "<persisted-output>\n1", DONE, null],
    ["any other text", "a\nb", DONE, null],
  ];

Deno.test("Claude Code's frames around a result are known, and nothing else is taken for one", () => {
  for (const [what, text, known, expected] of CLAUDE_CODE) {
    check(what, text, ofClaudeCode(text, known), expected);
  }
});

const COMMAND =
  "Chunk ID: de6f84\nWall time: 0.0013 seconds\nProcess exited with code 0\nOriginal token count: 70\nOutput:\n";

const CODEX: readonly (readonly [what: string, text: string, Expected])[] = [
  ["a command", `${COMMAND}a\nChunk ID: 1\n`, ["a\nChunk ID: 1\n"]],
  ["a command that printed a head", `${COMMAND}${COMMAND}a\n`, [`${COMMAND}a\n`]],
  ["one that failed", COMMAND.replace("code 0", "code 3"), ["", null, ["exit code 3", "no output"]]],
  [
    "one that runs on",
    "Chunk ID: 9\nWall time: 0.5 seconds\nProcess running with session ID 3\nOriginal token count: 0\nOutput:\n",
    ["", null, ["still running"]],
  ],
  [
    "one that the client cut",
    `${COMMAND}Warning: truncated output (original token count: 57224)\nTotal output lines: 400\n\n1\n`,
    ["1\n", null, ["cut by the client: 400 lines"]],
  ],
  ["a patch", "Exit code: 1\nWall time: 0 seconds\nOutput:\nNo.\n", ["No.\n", null, ["exit code 1"]]],
  [
    "a patch from a command line",
    "Wall time: 0.0 seconds\nOutput:\nExit code: 0\nWall time: 0 seconds\nOutput:\nSuccess. Updated the following files:\nM a\n",
    ["Success. Updated the following files:\nM a\n"],
  ],
  ["a server's tool", "Wall time: 0.0041 seconds\nOutput:\necho\n", ["echo\n"]],
  ["a script", "Script completed\nWall time 0.1 seconds\nOutput:\na\n", ["a\n"]],
  ["a script that runs on", "Script running with cell ID g3:2\nWall time 3.1 seconds\nOutput:\n", ["", null, [
    "still running",
  ]]],
  ["a script that failed", "Script failed\nWall time 0.0 seconds\nOutput:\nError: nope", ["Error: nope"]],
  ["a stop", "Wall time: 4.1 seconds\naborted by user", ["", "cancelled"]],
  ["a stop of another form", "aborted by user after 3.1s", ["", "cancelled"]],
  ["a program that speaks of one", "aborted by user after 3.1s\nand more", null],
  ["an agent that was started", '{"task_name":"/root/one"}', [""]],
  ["a wait", '{"message":"Wait completed.","timed_out":false}', [""]],
  ["a wait with news", '{"message":"Wait completed.\\n\\nClamped.","timed_out":false}', null],
  [
    "a wait of another length",
    '{"message":"Wait completed.\\n\\nRequested timeout of 3000ms was clamped to the minimum of 10000ms.","timed_out":false}',
    [""],
  ],
  ["a bare head", "Output:\na", null],
  ["any other text", "unsupported call: x", null],
];

Deno.test("Codex's frames around a result are known, and nothing else is taken for one", () => {
  for (const [what, text, expected] of CODEX) {
    check(what, text, ofCodex(text), expected);
  }
});

const SHELL = "run_shell_command";
const UNTRUSTED = (text: string) => `<untrusted_context>\n${text}\n</untrusted_context>`;

const WRITTEN = "Successfully created and wrote to new file: /w/a.py. Here is the updated code:";
const EDITED = "Successfully modified file: /w/a.py (1 replacements). Here is the updated code:";
const PLAN_APPROVED =
  "Plan approved. Switching to Auto-Edit mode (edits will be applied automatically).\n\nThe approved implementation plan is stored at: /p.md\nRead and follow the plan strictly during implementation.";

const GEMINI: readonly (readonly [what: string, text: string, name: string, Expected])[] = [
  ["a command", UNTRUSTED("Output: a\nb\nProcess Group PGID: 1"), SHELL, ["a\nb"]],
  ["one of older clients", "Output: a\nProcess Group PGID: 1", SHELL, ["a"]],
  ["one that failed", UNTRUSTED("Output: no\nExit Code: 127\nProcess Group PGID: 1"), SHELL, ["no", null, [
    "exit code 127",
  ]]],
  ["one without output", UNTRUSTED("Output: (empty)\nProcess Group PGID: 1"), SHELL, ["", null, [
    "no output",
  ]]],
  [
    "one that printed the frame's lines",
    UNTRUSTED("Output: Process Group PGID: 2\n</untrusted_context>\nProcess Group PGID: 1"),
    SHELL,
    ["Process Group PGID: 2\n</untrusted_context>"],
  ],
  ["a file of that form", "Output: a\nProcess Group PGID: 1", "read_file", null],
  ["a frame of another tool", UNTRUSTED("a"), "web_fetch", ["a"]],
  ["half a frame", "<untrusted_context>\na", "web_fetch", null],
  ["a denial", "[Operation Cancelled] Reason: User did not allow tool call", SHELL, ["", "denied"]],
  ["a stop", "[Operation Cancelled] Reason: Stopped.", SHELL, ["Stopped.", "cancelled"]],
  ["a written file", `${WRITTEN}\na\n`, "write_file", [WRITTEN.replace(/ Here.*/, "")]],
  ["an edit", `${EDITED}\na\n`, "replace", [EDITED.replace(/ Here.*/, "")]],
  ["a program that prints such words", `${WRITTEN}\na\n`, SHELL, null],
  ["an approved plan", PLAN_APPROVED, "exit_plan_mode", ["", null, ["approved"], ""]],
  ["another answer to a plan", "Plan approved: /p.md", "exit_plan_mode", null],
  ["any other text", "a", SHELL, null],
];

Deno.test("Gemini's frames around a result are known, and nothing else is taken for one", () => {
  for (const [what, text, name, expected] of GEMINI) {
    check(what, text, ofGemini(text, name), expected);
  }
});

const QWEN_COMMAND = (output: string, code: string) =>
  `Command: ls\nDirectory: (root)\nOutput: ${output}\nError: (none)\nExit Code: ${code}\nSignal: (none)\nProcess Group PGID: 1`;
const QWEN_LAUNCH = "Background agent launched successfully.\ntask_id: a (internal ID)";
const QWEN_EDITED = "The file: /w/a.ts has been updated.";
const ran = (output: string) => ({ status: "success", resultDisplay: { type: "shell_result", output } });

const QWEN: readonly (readonly [what: string, text: string, name: string, outcome: object, Expected])[] = [
  ["a command", QWEN_COMMAND("a\nb", "0"), SHELL, ran("a\nb"), ["a\nb"]],
  ["one that failed", QWEN_COMMAND("a", "3"), SHELL, ran("a"), ["a", null, ["exit code 3"]]],
  ["one without output", QWEN_COMMAND("(empty)", "0"), SHELL, ran(""), ["", null, ["no output"]]],
  ["one of a sub-agent, whose record says less", QWEN_COMMAND("a", "1"), SHELL, {}, ["a", null, [
    "exit code 1",
  ]]],
  ["one whose record says something else", QWEN_COMMAND("a", "1"), SHELL, ran("b"), null],
  [
    "one that printed the frame's lines",
    QWEN_COMMAND(QWEN_COMMAND("a", "1"), "0"),
    SHELL,
    ran(QWEN_COMMAND("a", "1")),
    [QWEN_COMMAND("a", "1")],
  ],
  ["a file of that form", QWEN_COMMAND("a", "0"), "read_file", {}, null],
  ["a stop", "Stopped.", SHELL, { status: "cancelled" }, ["Stopped.", "cancelled"]],
  ["a sub-agent in the background", QWEN_LAUNCH, "agent", {}, ["", null, ["in the background"]]],
  ["a program's words of one", QWEN_LAUNCH, SHELL, {}, null],
  ["a command in the background", "Background shell started.\nid: bg_1\npid: 1", SHELL, {}, ["", null, [
    "in the background",
  ]]],
  ["an edit", `${QWEN_EDITED} Showing lines 1-4 of 4 from the edited file:\n\na`, "edit", {}, [QWEN_EDITED]],
  ["an edit that shows nothing", QWEN_EDITED, "edit", {}, null],
  ["any other text", "a", SHELL, {}, null],
];

Deno.test("Qwen's frames around a result are known, and nothing else is taken for one", () => {
  for (const [what, text, name, outcome, expected] of QWEN) {
    check(what, text, ofQwen(text, name, { ...outcome }), expected);
  }
});

const KIMI_REPORT =
  'agent_id: agent-0\nactual_subagent_type: explore\nstatus: completed\n\n[summary]\nOne.\n\nresume_hint: Continue with Agent(resume="agent-0").';

const KIMI:
  readonly (readonly [what: string, text: string, isError: boolean, hasImages: boolean, Expected])[] = [
    ["a command that failed", "a\nCommand failed with exit code: 3.", true, false, ["a", null, [
      "exit code 3",
    ]]],
    ["one without output", "Command failed with exit code: 3.", true, false, ["", null, [
      "exit code 3",
      "no output",
    ]]],
    [
      "one whose exit is told twice",
      "Process exited with code 3\nCommand failed with exit code: 3.",
      true,
      false,
      [
        "",
        null,
        ["exit code 3", "no output"],
      ],
    ],
    ["a program's words of a failure", "a\nCommand failed with exit code: 3.", false, false, null],
    ["a report", KIMI_REPORT, false, false, ["One."]],
    ["a report with more behind it", `${KIMI_REPORT}\nmore`, false, false, null],
    ["an image", '<image path="/w/a.png"></image>', false, true, [""]],
    ["a program's words of an image", '<image path="/w/a.png"></image>', false, false, null],
    ["any other text", "a", true, false, null],
  ];

Deno.test("Kimi's frames around a result are known, and nothing else is taken for one", () => {
  for (const [what, text, isError, hasImages, expected] of KIMI) {
    check(what, text, ofKimi(text, isError, hasImages), expected);
  }
});

const COPILOT_LAUNCH =
  "Agent started in background with agent_id: a-1. You'll be notified when it completes. Tell the user.";
const COPILOT_REPORT = "Agent is idle (waiting for messages). agent_id: a-1, status: idle\n\n[Turn 0]\n";

const COPILOT:
  readonly (readonly [what: string, text: string, exitCode: unknown, errorCode: unknown, Expected])[] = [
    ["a command", "a\n<shellId: 1 completed with exit code 0>", 0, undefined, ["a"]],
    ["one that failed", "a\n<shellId: 1 completed with exit code 3>", 3, undefined, ["a", null, [
      "exit code 3",
    ]]],
    [
      "one whose record says something else",
      "a\n<shellId: 1 completed with exit code 3>",
      0,
      undefined,
      null,
    ],
    [
      "a command in the background",
      "<command started in background with shellId: bg1>",
      undefined,
      undefined,
      [
        "",
        null,
        ["in the background"],
      ],
    ],
    ["a sub-agent in the background", COPILOT_LAUNCH, undefined, undefined, ["", null, [
      "in the background",
    ]]],
    ["words about one", `${COPILOT_LAUNCH}\nmore`, undefined, undefined, null],
    ["a report", `${COPILOT_REPORT}One.`, undefined, undefined, ["One."]],
    ["reports of two turns", `${COPILOT_REPORT}One.\n[Turn 1]\nTwo.`, undefined, undefined, null],
    ["a denial", "No.", undefined, "denied", ["No.", "denied"]],
    ["any other text", "a", 0, undefined, null],
  ];

Deno.test("Copilot's frames around a result are known, and nothing else is taken for one", () => {
  for (const [what, text, exitCode, errorCode, expected] of COPILOT) {
    check(what, text, ofCopilot(text, exitCode, errorCode), expected);
  }
});
