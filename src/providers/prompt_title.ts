/** A session's title, where nobody gave it one: the first words that a person wrote. Pure. */

const TITLE_CHARS = 80;
/** A fence or a rule is no title. */
const WORDS = /[\p{L}\p{N}]/u;
/** The first words stand at the beginning, however long the text. */
const TITLE_LOOKS_AT = 4096;

/** The first line of `text` that says something and is no command; null without one. */
export function firstLine(text: string): string | null {
  for (const line of text.slice(0, TITLE_LOOKS_AT).split("\n")) {
    const words = line.trim();
    if (WORDS.test(words) && !words.startsWith("::")) return cutText(words, TITLE_CHARS);
  }
  return null;
}

/** At most `length` UTF-16 units of `text`, never half a character. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  const cut = text.slice(0, length - 1);
  return (cut.isWellFormed() ? cut : cut.slice(0, -1)).trimEnd() + "…";
}
