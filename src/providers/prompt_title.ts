/** A session's title where nobody chose one: the first words of a person. Pure. */

const TITLE_CHARS = 80;
/** A title needs a letter or a digit: a fence or a rule is no title. */
const WORDS = /[\p{L}\p{N}]/u;
/** A long text is not searched beyond its beginning. */
const TITLE_LOOKS_AT = 4096;

/** The first line of `text` with words in it that is no command; null for none. */
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
