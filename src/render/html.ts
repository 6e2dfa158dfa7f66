/**
 * One self-contained HTML file without scripts. It fetches nothing, as its Content-Security-Policy says, and its texts
 * are rendered Markdown (html_prose.ts). The file only grows at its end, so it leaves out the end tags that HTML lets
 * one leave out.
 */
import { CALL_CHARS, RESULT_CHARS, RESULT_LINES } from "../protocol/render_limits.ts";
import type { RenderHead } from "../protocol/render.ts";
import { renderConversation } from "./conversation.ts";
import { cutText } from "./cut.ts";
import { colourDiff, preformatted } from "./html_code.ts";
import { writeProse, writeProseLine } from "./html_prose.ts";
import { beginPage } from "./html_head.ts";
import { escapeAttribute, escapeHtml } from "./html_text.ts";
import { neutralise, neutraliseOutput } from "./neutralise.ts";
import { hasFailed, type Mention, type Outcome, type Page, type Turn, withOutcome } from "./page.ts";
import type { Block, TaskState } from "./tool_view.ts";

const page: Page = {
  head: documentHead,
  heading: writeTurn,
  commands: (lines) =>
    element(
      "p",
      "commands",
      lines.map((line) => `<code>${escapeHtml(neutralise(line))}</code>`).join("<br>"),
    ),
  slash: (command) => element("p", "commands", `<code>${escapeHtml(neutralise(command))}</code>`),
  // People who type mean their line ends; models write paragraphs.
  text: (speaker, text) => prose(speaker, neutralise(text), speaker === "user"),
  thinking: (text) => details("thinking", "Thinking", prose("", neutralise(text))),
  openAgent: (summary) => openDetails("agent", summary),
  closeAgent: () => "</details>\n",
  input: (blocks) => blocks.map(inputBlock).join(""),
  result: resultBody,
  call: (summary, input, outcome) => {
    const body = input + outcomeText(outcome);
    const line = withOutcome(summary, outcome);
    if (body === "") return element("p", "remark", `<em>Tool</em> ${escapeHtml(line)}`);
    return details(hasFailed(outcome) ? "call failed" : "call", line, body);
  },
  lateResult: (summary, result) => {
    if (result.body === "") {
      return element("p", "remark", `<em>Result</em> ${escapeHtml(withOutcome(summary, result))}`);
    }
    const line = withOutcome(`Result${summary === "" ? "" : ` of ${summary}`}`, result);
    return details(hasFailed(result) ? "call failed" : "call", line, result.body);
  },
  plan: (label, text) => element("p", "remark", `<em>${label}</em>`) + prose("plan", neutralise(text)),
  decision: (question, options, answer, note) =>
    element(
      "div",
      "decision",
      labelled("Question", question) + choices(options) +
        (answer === null ? element("p", "", "<em>No answer</em>") : labelled("Answer", answer)) +
        (note === "" ? "" : labelled("Note", note)),
    ),
  wentBack: (from, to) => {
    const start = from === null ? "" : `from ${mention(from)} `;
    return element("p", "remark", `<em>Went back</em> ${start}to before ${mention(to)}`);
  },
  remark: (label, text) => element("div", "remark", labelled(label, text)),
  image: (words, { kind, bytes }) => {
    const source = `src="data:image/${kind};base64,${bytes.toBase64()}"`;
    return `<img ${source} alt="${escapeAttribute(neutralise(words))}" loading="lazy">\n`;
  },
  output: (text) => resultBody(text, false),
  shell: (command) => preformatted("", escapeHtml(neutralise(command))),
  compaction: (summary) => "<hr>\n" + details("call", "Context compacted", prose("", neutralise(summary))),
};

/** HTML; see Renderer. */
export const htmlRenderer = renderConversation(page);

function documentHead(head: RenderHead, title: string): string {
  const { provider, session, project, started, client } = head.meta;
  const facts = { provider, session, project, started, client, range: head.range ?? null };
  const rows = Object.entries(facts).map(([name, value]) =>
    value === null ? "" : `<dt>${name}</dt><dd>${escapeHtml(neutralise(value))}</dd>\n`
  );
  return `${beginPage(title, head.images !== undefined)}<dl>
${rows.join("")}</dl>
<details class="contents" id="contents">
<summary>Contents</summary>
</details>
<a class="up" href="#contents">Contents</a>
`;
}

/** `content` is HTML. */
function element(name: string, kind: string, content: string): string {
  return `<${name}${kind === "" ? "" : ` class="${kind}"`}>${content}</${name}>\n`;
}

/**
 * The heading, and for a person's turn its line of the contents. The lines stand where their turns begin, because the
 * file only grows; the style shows them above the first turn, once the fold of the head is open. `hidden` keeps them
 * from a page that an older kato began.
 */
function writeTurn({ speaker, model, time, iso, seq, words }: Turn): string {
  const link = `<a href="#turn-${seq}">`;
  const when = iso === null ? "" : `<small>${time.slice(0, 16)}</small> `;
  const line = words === ""
    ? ""
    : `<div class="toc" hidden>${when}${link}<bdi>${escapeHtml(words)}</bdi></a></div>\n`;
  const shown = model === null ? "" : ` <small>${escapeHtml(model)}</small>`;
  const heading = `${speaker}${shown} ${link}${clock(time, iso)}</a>`;
  return `${line}<h2 class="${speaker.toLowerCase()}" id="turn-${seq}">${heading}</h2>\n`;
}

function mention({ seq, words, time }: Mention): string {
  const shown = words === "" ? "the turn" : `“<bdi>${escapeHtml(words)}</bdi>”`;
  return `<a href="#turn-${seq}">${shown}</a> (${time})`;
}

function clock(time: string, iso: string | null): string {
  return iso === null
    ? `<span class="time">${time}</span>`
    : `<time datetime="${escapeAttribute(iso)}">${time}</time>`;
}

/** `text` is neutralised Markdown. `breaks`: whether each line end is shown as one. */
function prose(kind: string, text: string, breaks = false): string {
  const written = writeProse(text, breaks);
  const shown = written === null ? escapeHtml(text) : `\n${written}`;
  // The style keeps the white space of a text that is shown as it was written.
  const kinds = `${written === null ? "text" : "prose"}${kind === "" ? "" : ` ${kind}`}`;
  return `<div class="${kinds}" dir="auto">${shown}</div>\n`;
}

function openDetails(kind: string, summary: string): string {
  return `<details class="${kind}">\n<summary>${escapeHtml(summary)}</summary>\n`;
}

function details(kind: string, summary: string, body: string): string {
  return `${openDetails(kind, summary)}${body}</details>\n`;
}

function labelled(label: string, text: string): string {
  const safe = neutralise(text).trim();
  if (!safe.includes("\n")) return element("p", "", `<em>${label}</em> ${writeProseLine(safe)}`);
  return element("p", "", `<em>${label}</em>`) + prose("", safe, true);
}

function choices(options: readonly string[]): string {
  if (options.length === 0) return "";
  return `<ul>\n${
    options.map((option) => element("li", "", writeProseLine(neutralise(option)))).join("")
  }</ul>\n`;
}

function inputBlock(input: Block): string {
  switch (input.block) {
    case "code": {
      const cut = cutText(input.text, Infinity, CALL_CHARS);
      const text = escapeHtml(neutralise(cut.text));
      return (input.language === "diff" ? preformatted("diff", colourDiff(text)) : preformatted("", text)) +
        missing(cut.missing);
    }
    case "prose": {
      const cut = cutText(input.text, Infinity, CALL_CHARS);
      return prose("", neutralise(cut.text)) + missing(cut.missing);
    }
    case "tasks":
      return `<ul class="tasks">\n${
        input.tasks.map((task) => element("li", task.state, taskText(task))).join("")
      }</ul>\n`;
    case "question":
      return labelled("Question", input.question) + choices(input.options);
  }
}

function taskText(task: { readonly state: TaskState; readonly text: string }): string {
  const box = { done: "☑", doing: "◐", open: "☐" }[task.state];
  return `${box} ${writeProseLine(neutralise(task.text))}`;
}

function resultBody(text: string, isProse: boolean): string {
  if (text.trim() === "") return element("p", "note", "(empty)");
  const cut = cutText(text, RESULT_LINES, RESULT_CHARS);
  const shown = neutraliseOutput(cut.text);
  return (isProse ? prose("", shown) : preformatted("result", escapeHtml(shown))) + missing(cut.missing);
}

function missing(what: string | null): string {
  return what === null ? "" : element("p", "note", what);
}

function outcomeText(outcome: Outcome): string {
  switch (outcome.outcome) {
    case "result":
      return outcome.body;
    case "later":
      return element("p", "note", "Its result, if there is one, follows below.");
    case "none":
      return element("p", "note", "There is no result.");
    case "hidden":
      return "";
  }
}
