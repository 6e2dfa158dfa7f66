/** Words in mdoc(7), the language of manual pages. Pure. */

/** Text in which nothing is taken for markup. A sentence begins on a line of its own, as mdoc wants it. */
export function prose(text: string): string {
  return literal(text).replace(
    /(?<=[.;:!?]) (?=[A-Z(]|kato )/g,
    (space, at: number, whole: string) => /\b(?:e\.g|i\.e)\.$/.test(whole.slice(0, at)) ? space : "\n",
  );
}

/** Text that keeps its characters in every output: a hyphen stays the one that is typed. */
export function literal(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("'", "\\(aq").replaceAll("`", "\\(ga")
    .replaceAll("…", "...").replaceAll("~", "\\(ti").replaceAll("^", "\\(ha").replace(/^\./gm, "\\&.");
}

/** An argument of a macro: any text becomes one word. */
export function word(text: string): string {
  return `"${literal(text).replaceAll('"', "\\(dq")}"`;
}

/** Puts `content` between `.\" generated: name` and the next `.\" end`. */
export function fillPage(page: string, name: string, content: string): string {
  const start = `.\\" generated: ${name}\n`;
  const from = page.indexOf(start);
  const to = page.indexOf('.\\" end\n', from);
  if (from < 0 || to < 0) throw new Error(`No section "${name}" to fill in a manual page`);
  return `${page.slice(0, from)}${start}${content}\n${page.slice(to)}`;
}
