/** The first page of the help: every command that people use, and no more lines than a small terminal has. Pure. */
import { SECTIONS } from "../commands/table.ts";
import { type Command, type Family, placeholderOf } from "./command.ts";
import { type HelpStyle, titleIn } from "./help_layout.ts";

const TERM_COLUMNS = 22;

export function firstPage(style: HelpStyle): string {
  const title = titleIn(style);
  const sections = SECTIONS.filter(({ isBrief }) => !isBrief).map(({ title: name, entries }) => {
    const lines = entries.map((entry) => `  ${termOf(entry).padEnd(TERM_COLUMNS)}  ${entry.summary}\n`);
    return `${title(`${name}:`)}\n${lines.join("")}`;
  });
  const brief = SECTIONS.filter(({ isBrief }) => isBrief).map(({ title: name, entries }) =>
    `${title(`${name}:`)} ${entries.map(({ path }) => path).join(", ")}\n`
  );
  return [
    `${title("Usage:")} kato COMMAND [ARGUMENT…]\n`,
    "Keeps the conversations you have with coding agents, where your policy allows.\n" +
    "In the chat, '::record' on a line of its own begins recording, '::stop' ends it.\n",
    ...sections,
    brief.join(""),
    "'kato help COMMAND' says more, with an example.\n",
  ].join("\n");
}

function termOf(entry: Command | Family): string {
  const takes = "takes" in entry ? Object.values(entry.takes) : [];
  const given = takes.filter(({ place }) => place === "argument").map(placeholderOf);
  return [entry.path, ...given].join(" ");
}
