/**
 * A conversation for reading in a terminal. kato's own lines begin at the left edge and every text of the log two columns
 * further in, so no text looks like a line of kato's. No character of a log steers the terminal. Pure.
 */
import { SHOWN_CHARS, SHOWN_LINES } from "../../protocol/render_limits.ts";
import { showTime } from "../../render/clock.ts";
import { cutText } from "../../render/cut.ts";
import { hasFailed, type Mention, type Outcome, type Page, withOutcome } from "../../render/page.ts";
import type { Block } from "../../render/tool_view.ts";
import { columnsOf, fit, type Paint, plain, seen, seenOutput } from "./style.ts";
import { wrap } from "./wrap.ts";

const INDENT = "  ";

/** Blanks, marks of lists and quotes: what follows them is wrapped below its own beginning. */
const MARKS = /^((?: |[-*+>] |\d{1,9}[.)] ){0,40})(.*)$/;

const BOXES = { done: "☑", doing: "◐", open: "☐" } as const;

/** @param width Columns of a line; Infinity for a pipe, whose reader decides where lines end. */
export function terminalPage(width: number, paint: Paint): Page {
  const block = (lines: readonly string[]) => lines.length === 0 ? "" : `\n${lines.join("\n")}\n`;
  /** Kept line for line, each wrapped. */
  const wrapped = (text: string, before = INDENT) =>
    text.replace(/^(?: *\n)+/, "").trimEnd().split("\n").flatMap((line) => {
      const [, marks = "", rest = ""] = MARKS.exec(line) ?? [];
      return rest === "" ? [""] : wrap(before + marks, rest, width);
    });
  const prose = (text: string) => wrapped(seen(text));
  const dim = (lines: readonly string[]) => lines.map((line) => line === "" ? line : paint("dim", line));
  const short = (line: string, columns = width) => columns === Infinity ? line : fit(line, columns);
  const own = (line: string) => block([paint("bold", short(plain(line)))]);

  const labelled = (label: string, text: string): readonly string[] => {
    const shown = seen(text).trim();
    if (shown.includes("\n")) return [`${INDENT}${label}:`, ...wrapped(shown)];
    return wrap(INDENT, shown === "" ? label : `${label}: ${shown}`, width);
  };
  const choices = (options: readonly string[]) =>
    options.flatMap((option) => wrap(`${INDENT}- `, plain(option), width));
  const result = (text: string) => {
    if (text.trim() === "") return "";
    const cut = cutText(text, SHOWN_LINES, SHOWN_CHARS);
    const lines = seenOutput(cut.text).trimEnd().split("\n").map((line) => short(`${INDENT}│ ${line}`));
    return `${
      dim([...lines, ...cut.missing === null ? [] : [short(`${INDENT}│ … ${cut.missing}`)]]).join("\n")
    }\n`;
  };
  /** A long line is cut before its outcome. */
  const toolLine = (line: string, outcome: Outcome) => {
    const start = `${INDENT}● ${plain(line)}`;
    const ended = plain(withOutcome("", outcome));
    const room = width - columnsOf(ended) - 1;
    const whole = room > width / 3 ? `${short(start, room)} ${ended}`.trimEnd() : short(`${start} ${ended}`);
    return `\n${paint(hasFailed(outcome) ? "red" : "yellow", whole)}\n`;
  };
  const inputLines = (input: Block): readonly string[] => {
    switch (input.block) {
      case "code":
      case "prose":
        return [];
      case "tasks":
        return input.tasks.flatMap(({ state, text }) =>
          wrap(`${INDENT}│ ${BOXES[state]} `, plain(text), width)
        );
      case "question":
        return [...labelled("Question", input.question), ...choices(input.options)];
    }
  };
  const bodyOf = (outcome: Outcome) => outcome.outcome === "result" ? outcome.body : "";
  const remark = (label: string, text: string) => block(dim(labelled(label, text)));

  return {
    head({ meta, timeZone, range }, title) {
      const facts = [
        meta.provider,
        meta.session,
        ...(meta.project === null ? [] : [meta.project]),
        ...(meta.started === null ? [] : [showTime(meta.started, timeZone)]),
        ...(range === undefined ? [] : [range]),
      ];
      const lines = [
        ...wrap(INDENT, plain(title), width).map((line) => paint("bold", line)),
        ...dim(wrap(INDENT, facts.map(plain).join(" · "), width)),
      ];
      return `${lines.join("\n")}\n`;
    },
    heading: ({ speaker, model, time }) => {
      const line = short(`${speaker}${model === null ? "" : ` (${plain(model)})`} — ${time}`);
      return block([paint(speaker === "User" ? "green" : "bold", line)]);
    },
    commands: (lines) =>
      block(lines.flatMap((line) => wrap(INDENT, plain(line), width)).map((line) => paint("bold", line))),
    slash: (command) => block([paint("bold", short(`${INDENT}${plain(command)}`))]),
    text: (_, text) => block(prose(text)),
    thinking: (text) => block(dim([`${INDENT}Thinking:`, ...prose(text)])),
    openAgent: (summary) => own(`▼ ${summary}`),
    closeAgent: () => own("▲ End of the agent"),
    input: (blocks) => blocks.flatMap(inputLines).map((line) => `${line}\n`).join(""),
    result,
    call: (summary, input, outcome) => toolLine(summary, outcome) + input + bodyOf(outcome),
    lateResult: (summary, outcome) =>
      toolLine(`Result${summary === "" ? "" : ` of ${summary}`}`, outcome) + outcome.body,
    plan: (label, text) => block([paint("bold", `${INDENT}${label}:`), ...prose(text)]),
    decision: (question, options, answer, note) =>
      block([
        ...labelled("Question", question),
        ...choices(options),
        ...labelled(answer === null ? "No answer" : "Answer", answer ?? ""),
        ...(note === "" ? [] : labelled("Note", note)),
      ]),
    wentBack: (from, to) =>
      remark("Went back", `${from === null ? "" : `from ${mention(from)} `}to before ${mention(to)}`),
    remark,
    image: (words) => remark("Image", words),
    output: (text) => `\n${result(text)}`,
    shell: (command) => block(wrapped(seen(command), `${INDENT}$ `).map((line) => paint("bold", line))),
    compaction: (summary) => block(dim([`${INDENT}Context compacted:`, ...prose(summary)])),
  };
}

function mention({ words, time }: Mention): string {
  return words === "" ? `the turn of ${time}` : `“${words}” (${time})`;
}
