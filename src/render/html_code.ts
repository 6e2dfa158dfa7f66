/** Preformatted text in HTML. */

/** `content` is HTML. A newline right after the start tag is dropped by browsers, so one is added for that. */
export function preformatted(kind: string, content: string): string {
  return `<pre${kind === "" ? "" : ` class="${kind}"`}>\n${content}</pre>\n`;
}

/** `text` is escaped. Each line that was added or removed is an element, and so are the heads of files and of hunks. */
export function colourDiff(text: string): string {
  return text
    .replace(/^(?:--- .*\n\+\+\+ .*|\*\*\* .*|@@.*)/gm, "<b>$&</b>")
    .replace(/^\+.*/gm, "<ins>$&</ins>")
    .replace(/^-.*/gm, "<del>$&</del>");
}
