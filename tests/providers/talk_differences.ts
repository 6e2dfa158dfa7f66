import type { Difference } from "./recorded_talk.ts";

/** What Copilot tells the model of a failed call is longer than what it writes. */
function shorter(sent: string, written: string): Difference {
  return {
    why: "the client writes a shorter text for a failed call than it sends",
    missing: { tool_result: [sent] },
    added: { tool_result: [written] },
  };
}

/** Kimi Code takes no keys while it starts, and sent no such message. */
function tooEarly(typed: string): Difference {
  return { why: "the client was still starting, and the keys were lost", missing: { user: [typed] } };
}

/** Where recorded logs differ from what was typed and served, by the client's own doing. By client and case. */
export const DIFFERENCES: Readonly<Record<string, readonly Difference[]>> = {
  "copilot/approvals": [
    shorter("call_q1 Invalid input: This session uses", "call_q1 This session uses the structured"),
  ],
  "copilot/errors": [{
    why: "the stream broke, and the client asked again",
    missing: { assistant: ["half an answer that"] },
  }],
  "copilot/interrupt": [
    {
      why: "the client joins messages that it delivers together",
      missing: { user: ["typed meanwhile: ::record now", "queued one"] },
      added: { user: ["typed meanwhile: ::record nowqueued one"] },
    },
    {
      why: "the service used ids again, and the client sent others",
      missing: {
        tool_result: [
          "call_53346a8e0ae6b05f9b1ba3e5320748a9 <command with",
          "call_ac18cc8171db7d788649918759e17f81 second",
        ],
      },
      added: { tool_result: ["call_s2 second", "call_s1 <command with shellId: 3"] },
    },
  ],
  "copilot/rewind": [
    {
      why: "a rewind took them from the log",
      missing: {
        user: ["turn one", "turn two", "turn three"],
        assistant: ["Answer one.", "Answer two.", "Answer three."],
      },
    },
    {
      why: "the person's keys went into one message",
      missing: {
        user: ["turn four, after a rewind", "turn five, after an undo"],
        assistant: ["Answer four."],
      },
      added: { user: ["turn four, after a rewind/exit"] },
    },
  ],
  "copilot/strace": [shorter("call_p3 Path /home/dev/ws", "call_p3 Path does not exist")],
  "copilot/subagent": [{
    why: "the client called a tool itself after a notification",
    added: { tool_call: ["cbda8455-c56e-481e-b2e4-902b6d273532 read_agent"] },
  }],
  "copilot/thinking": [{
    why: "the client asked again for an answer that was cut at its length",
    missing: { assistant: ["This answer was cut at the", "This answer was cut at the"] },
  }],
  "copilot/tools": [
    {
      why: "the client called a tool itself after a notification",
      added: { tool_call: ["25f3853e-70c7-43b9-9c76-54d142381738 read_bash"] },
    },
    shorter("call_p3 Path /home/dev/ws", "call_p3 Path does not exist"),
    shorter(
      "call_f2 Tool 'nosuchtool' does not exist. Available",
      "call_f2 Tool 'nosuchtool' does not exist.",
    ),
    shorter("call_f3 The arguments for the tool call", "call_f3 Unterminated string in JSON"),
    shorter("call_w3 No match found: old_str", "call_w3 No match found"),
  ],
  "qwen/approvals": [
    {
      why: "the client put a cancelled prompt back into its editor, in front of the next one",
      missing: { user: ["ask me"] },
      added: { user: ["deny thisask me"] },
    },
    {
      why: "the client asks the service whether a call is dangerous; that has no log",
      missing: { tool_call: ["call_y1 ", "call_n1 "] },
    },
  ],
  "qwen/crash": [
    {
      why: "the client was killed while the answer streamed",
      missing: { user: ["stream and die"], assistant: ["Never."] },
    },
    {
      why: "the client was killed while the call ran; it tells the model so, and nobody else",
      missing: { tool_result: ["call_k1 Tool execution result was not recorded"] },
    },
  ],
  "qwen/errors": [{
    why: "the client joined an answer that was cut off and the one that it asked for again",
    missing: { assistant: ["half an answer that", "Fine in the end."] },
    added: { assistant: ["half an answer thatFine in the end."] },
  }],
  "qwen/plain": [{
    why: "the client, under load, sent its own words for a paste in place of the paste",
    missing: { user: ["pasted line 000 of a log"] },
    added: { user: ["[Pasted Content 975 chars]"] },
  }],
  "qwen/print": [
    {
      why: "the client joins what was piped in and the prompt",
      missing: { user: ["look at stdin"] },
      added: { user: ["piped ::stop data\nline 2\n\n\nlook at stdin"] },
    },
    {
      why: "the client's own agent for memory was served the same; it has no log",
      missing: {
        assistant: ["Print answer.", "OK.", "OK.", "OK.", "OK.", "OK.", "OK.", "OK."],
        thinking: ["Thinking about one."],
      },
    },
  ],
  "qwen/subagent": [{
    why: "the client did not write what came after a sub-agent's report in the background",
    missing: { user: ["thank you"], assistant: ["Started one.", "Started one."] },
  }],
  "kimi/errors": [tooEarly("five hundred once")],
  "kimi/resume": [tooEarly("turn one")],
  "kimi/tools": [
    tooEarly("read the readme"),
    {
      why: "the client puts the time of a call in front of the result that it sends",
      missing: { tool_result: ["call_l1 Wall time: 0.135 seconds\nTool output exceeded"] },
      added: { tool_result: ["call_l1 Tool output exceeded"] },
    },
  ],
  "kimi/tui": [
    tooEarly("hello there, a plain question"),
    { why: "a shell line is a notice of its own kind", missing: { user: ["!echo from bang"] } },
  ],
  "pi/crash": [{
    why: "the client was killed while an answer streamed, and while a call ran; it tells the model alone",
    missing: { assistant: ["part part part"], tool_result: ["call_k1 No result provided"] },
  }],
  "pi/extension": [{
    why: "an extension spoke as the user",
    added: { user: ["sent by the extension ::record"] },
  }],
  "pi/print": [
    {
      why: "two prompts of one command line",
      missing: { user: ["first of two | second of two"] },
      added: { user: ["first of two", "second of two"] },
    },
    {
      why: "the client joins what was piped in and the prompt",
      missing: { user: ["look at stdin"] },
      added: { user: ["piped ::stop data"] },
    },
    {
      why: "a run without a session has no log",
      missing: { user: ["leaves no file"], assistant: ["OK."] },
    },
  ],
  "pi/subagent": [{
    why: "an extension started another client, which has no log",
    missing: {
      assistant: ["Child: found README.md ::record"],
      tool_call: ["call_ch bash"],
      tool_result: ["call_ch README.md"],
    },
  }],
};
