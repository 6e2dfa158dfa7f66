/** What Kimi Code sends to the model is longer than what it writes: it puts lines of its own in front of a result. Pure. */
import type { RecordedTalk } from "./recorded_talk.ts";

/** How long a call took, and whether it failed: the log has both in fields. */
const FRAME = /^(?:Wall time: [\d.]+ seconds\n)?(?:<system>ERROR: Tool execution failed\.<\/system>\n)?/;

/** The talk with results as the log has them. */
export function asWritten(talk: RecordedTalk): RecordedTalk {
  const events = talk.events.map((item) => {
    const { kind, output } = item;
    return kind === "tool_result" && typeof output === "string"
      ? { ...item, output: output.replace(FRAME, "") }
      : item;
  });
  return { ...talk, events };
}
