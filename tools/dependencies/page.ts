/** The tables of docs/dependencies.md, from the list of allowed libraries. Pure. */
import { markdownTable } from "../markdown_table.ts";
import { type AllowList, broughtBy, type Chosen, chosenOf, type LockFile } from "./allow_list.ts";

/** As `deno fmt` wraps a page. */
const COLUMNS = 110;

export function chosenText(list: AllowList, part: Chosen["in"]): string {
  return chosenOf(list).filter((one) => one.in === part).map((one) =>
    [
      item("- ", `**\`${one.name}\` ${one.version}** (${one.licence}; ${one.by}): ${one.for}.`),
      item("  - ", `Why: ${one.why}.`),
      item("  - ", `In its place: ${one.instead}.`),
    ].join("\n")
  ).join("\n");
}

export function broughtTable(list: AllowList, lock: LockFile): string {
  const bringers = broughtBy(list, lock);
  return markdownTable([
    ["package", "version", "licence", "by", "brought by"],
    ...list.filter((one) => !("in" in one)).map(({ name, version, licence, by }) => [
      `\`${name}\``,
      version,
      licence,
      by,
      (bringers.get(`${name}@${version}`) ?? []).map((one) => `\`${one}\``).join(", "),
    ]),
  ]);
}

/** An item of a list, wrapped. */
function item(mark: string, text: string): string {
  const lines: string[] = [];
  let line = mark;
  for (const word of text.split(" ")) {
    const longer = line.trim() === mark.trim() ? `${line}${word}` : `${line} ${word}`;
    if (longer.length <= COLUMNS) line = longer;
    else {
      lines.push(line);
      line = `${" ".repeat(mark.length)}${word}`;
    }
  }
  return [...lines, line].join("\n");
}
