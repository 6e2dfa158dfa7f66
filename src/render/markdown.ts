/**
 * Markdown for people: CommonMark, with task lists and `<details>`, which every reader knows. docs/markdown.md
 * describes how it looks.
 */
import { CALL_CHARS, RESULT_CHARS, RESULT_LINES } from "../protocol/render_limits.ts";
import { containInline, containItem, containText } from "./contain.ts";
import { renderConversation } from "./conversation.ts";
import { cutText } from "./cut.ts";
import { escapeAll, escapeInHtml } from "./escape_text.ts";
import { codeSpan, fence } from "./fence.ts";
import { frontmatter } from "./frontmatter.ts";
import { neutralise, neutraliseOutput } from "./neutralise.ts";
import type { KeepFile } from "./image.ts";
import { hasFailed, type Mention, type Outcome, type Page, type ShownResult, withOutcome } from "./page.ts";
import type { Renderer } from "./renderer.ts";
import type { Block, TaskState } from "./tool_view.ts";

/** Output of more lines is folded. */
const OPEN_LINES = 12;

/** A text that begins like this would continue a list before it, so a comment separates them. */
const CONTINUES = /^(?:[ \t]*\n)*(?:[ \t]|(?:[-+*]|\d{1,9}[.)])(?:[ \t\n]|$))/;

const CHECKBOX: Readonly<Record<TaskState, string>> = { done: "[x]", doing: "[ ]", open: "[ ]" };

const page: Page = {
  head: (head, title) => frontmatter(head, title) + block(`# ${asHeading(title)}`),
  heading: ({ speaker, model, time }) =>
    block(`## ${speaker}${model === null ? "" : ` (${containInline(model)})`} — ${time}`),
  commands: (lines) => block(lines.map((line) => codeSpan(neutralise(line))).join("  \n")),
  slash: (command) => block(codeSpan(neutralise(command))),
  text: (speaker, text) => prose(text, speaker === "user"),
  thinking: (text) => details("Thinking", prose(text)),
  openAgent: (summary) => openDetails(summary),
  closeAgent: () => block("</details>"),
  input: (blocks) => blocks.map(inputBlock).join(""),
  result: resultBody,
  call: (summary, input, outcome) => {
    const body = input + outcomeText(outcome, input !== "");
    const line = withOutcome(summary, outcome);
    return body === "" ? block(`*Tool* — ${codeSpan(line)}`) : details(line, body);
  },
  lateResult: (summary, result) => {
    if (result.body === "") return block(`*Result* — ${codeSpan(withOutcome(summary, result))}`);
    return details(withOutcome(`Result${summary === "" ? "" : ` of ${summary}`}`, result), result.body);
  },
  plan: (label, text) => block(`*${label}*`) + prose(text),
  decision: (question, options, answer, note) => {
    const choices = options.map((option) => `- ${choice(option)}`).join("\n");
    const asked = labelled("Question", question) + (choices === "" ? "" : block(choices));
    const answered = answer === null ? block("*No answer*") : labelled("Answer", answer);
    return quote(asked + answered + (note === "" ? "" : labelled("Note", note)));
  },
  wentBack: (from, to) =>
    quote(labelled("Went back", `${from === null ? "" : `from ${mention(from)} `}to before ${mention(to)}`)),
  remark: (label, text) => quote(labelled(label, text)),
  // A Markdown file cannot hold an image itself.
  image: (words) => quote(labelled("Image", words)),
  output: (text) => {
    const body = resultBody(text, false);
    return text.split("\n", OPEN_LINES + 2).length > OPEN_LINES ? details("Output", body) : body;
  },
  shell: (command) => code("sh", command),
  compaction: (summary) => block("---") + details("Context compacted", prose(summary)),
};

/** Markdown; see Renderer. */
export const markdownRenderer = renderConversation(page);

/** Markdown with its images in files, if the head asks for that. `keep` takes each image. */
export function markdownWithImages(keep: KeepFile): Renderer {
  return renderConversation({
    ...page,
    image: (words, image) => {
      const kept = keep(image);
      if ("refused" in kept) return page.image(`${words} (not kept: ${kept.refused})`, image);
      // The words hold what the log says of the image, and could begin another link.
      return block(`![${image.kind} image](${kept.link})`) + page.image(words, image);
    },
  });
}

function mention({ words, time }: Mention): string {
  return words === "" ? `the turn of ${time}` : `“${words}” (${time})`;
}

/** Every block begins with an empty line and ends its last line, so any block can follow any other. */
function block(markdown: string): string {
  return `\n${markdown}${markdown.endsWith("\n") ? "" : "\n"}`;
}

/** Readers take number signs at the end of a heading for its closing mark. */
function asHeading(line: string): string {
  return containInline(line).replace(/#+$/, escapeAll);
}

/** Text that somebody wrote as Markdown. */
function prose(text: string, keepsLines = false): string {
  const safe = containText(neutralise(text), keepsLines);
  return (CONTINUES.test(safe) ? block("<!-- -->") : "") + block(safe);
}

function code(language: string, text: string): string {
  return block(fence(text === "" ? "" : neutralise(text), language));
}

/** `summary` is one neutralised line. It is written as HTML, so nothing in it is Markdown. */
function openDetails(summary: string): string {
  return block(`<details>\n<summary>${escapeInHtml(summary)}</summary>`);
}

function details(summary: string, body: string): string {
  return openDetails(summary) + body + block("</details>");
}

function quote(blocks: string): string {
  return block(blocks.trim().replace(/^/gm, "> ").replace(/^> $/gm, ">"));
}

/** A text of several lines stands below its label, so that each of its lines still begins a line. */
function labelled(label: string, text: string): string {
  const safe = spaced(neutralise(text).trim());
  if (safe === "") return block(`*${label}*`);
  return safe.includes("\n")
    ? block(`*${label}*`) + prose(safe)
    : block(`*${label}* — ${containInline(safe)}`);
}

/** A tab at the beginning of a line is narrower inside a quote, so it becomes spaces. */
function spaced(text: string): string {
  if (!text.includes("\t")) return text;
  return text.replace(/^(?:[ \t>*+-]|\d+[.)])*\t/gm, (start) => {
    const [first = "", ...others] = start.split("\t");
    return others.reduce((line, part) => line.padEnd(line.length + 4 - line.length % 4) + part, first);
  });
}

function choice(text: string): string {
  return containItem(onOneLine(text)) || "*(empty)*";
}

function onOneLine(text: string): string {
  return neutralise(text).replace(/\s+/g, " ").trim();
}

function inputBlock(input: Block): string {
  switch (input.block) {
    case "code": {
      const cut = cutText(input.text, Infinity, CALL_CHARS);
      return code(input.language, cut.text) + missing(cut.missing);
    }
    case "prose": {
      const cut = cutText(input.text, Infinity, CALL_CHARS);
      return prose(cut.text) + missing(cut.missing);
    }
    case "tasks":
      return block(input.tasks.map((task) => `- ${CHECKBOX[task.state]} ${taskText(task)}`).join("\n"));
    case "question":
      return labelled("Question", input.question) +
        (input.options.length === 0
          ? ""
          : block(input.options.map((text) => `- ${choice(text)}`).join("\n")));
  }
}

function taskText(task: { readonly state: TaskState; readonly text: string }): string {
  return containInline(onOneLine(task.text)) + (task.state === "doing" ? " *(in progress)*" : "");
}

function resultBody(text: string, isProse: boolean): string {
  if (text.trim() === "") return block("*(empty)*");
  const cut = cutText(text, RESULT_LINES, RESULT_CHARS);
  const shown = neutraliseOutput(cut.text);
  return (isProse ? prose(shown) : block(fence(shown, "text"))) + missing(cut.missing);
}

function missing(what: string | null): string {
  return what === null ? "" : block(`*${what}*`);
}

function resultLabel(outcome: ShownResult): string {
  if (!hasFailed(outcome)) return "Result:";
  return {
    denied: "Denied:",
    cancelled: "Cancelled:",
    failed: "Failed:",
  }[outcome.state?.outcome ?? "failed"];
}

function outcomeText(outcome: Outcome, afterInput: boolean): string {
  switch (outcome.outcome) {
    case "result":
      if (outcome.body === "") return "";
      return (afterInput ? block(resultLabel(outcome)) : "") + outcome.body;
    case "later":
      return block("*Its result, if there is one, follows below.*");
    case "none":
      return block("*There is no result.*");
    case "hidden":
      return "";
  }
}
