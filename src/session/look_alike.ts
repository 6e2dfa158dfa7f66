/**
 * Recognises lines that a person would take for a command although they hold other characters: fullwidth colons, letters
 * of other scripts, marks, characters that are not drawn. Such a line is never obeyed. This file only decides whether
 * the person hears of it. Pure.
 */
import { VERBS } from "../protocol/command.ts";

/**
 * White space without the line feed, and characters that are not drawn (Unicode's default ignorables of the BMP). One
 * class behind a lookahead, so that a run matches in one way only. The run is bounded because the engine keeps a place
 * on its stack for each character. Nobody takes text so far to the right for a command.
 */
const UNSEEN =
  "(?:(?!\\n)[\\s\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f" +
  "\\u202a-\\u202e\\u2060-\\u206f\\u3164\\ufe00-\\ufe0f\\uffa0\\ufff0-\\ufffb]){0,40}";

/** Characters that look like a colon (Unicode's confusables table) and that NFKD does not turn into one. */
const COLONS = "\u02d0\u02f8\u05c3\u0589\u0703\u0704\u2236\ua789\ufe30";

const COLON = `[:${COLONS}\\ufe13\\ufe55\\uff1a]`;

/** The source of a regular expression for a line that begins with two colons of any kind. */
export const FANCY_LINE = UNSEEN + COLON + UNSEEN + COLON;

/** Letters that look like one in the verbs (a c d e i n o p r s t u x), from the same table. */
const LETTERS: Readonly<Record<string, string>> = {
  "а": "a", // Cyrillic from here
  "с": "c",
  "ԁ": "d",
  "е": "e",
  "і": "i",
  "ӏ": "i",
  "о": "o",
  "р": "p",
  "г": "r",
  "ѕ": "s",
  "т": "t",
  "х": "x",
  "α": "a", // Greek from here
  "ε": "e",
  "ι": "i",
  "η": "n",
  "ο": "o",
  "ρ": "p",
  "τ": "t",
  "υ": "u",
  "χ": "x",
  "ı": "i",
};

/** A verb ends within so many characters, even with an unseen character between any two of its letters. */
const LOOK_AT = 80;

const COMMAND = new RegExp(`^::(?:${VERBS.join("|")})(?=\\s|$)`);

/** Whether a line, as it is drawn, begins like a command. */
export function looksLikeCommand(line: string): boolean {
  // NFKD would turn U+FE30 into two full stops, and the lunate sigmas into ones that are not drawn like c.
  const drawn = line.slice(0, LOOK_AT).replaceAll("\ufe30", ":").replace(/[ϲϹ]/g, "c").normalize("NFKD")
    .replace(/[\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, "")
    .trimStart()
    .toLowerCase()
    .replace(/[^\p{ASCII}]/gu, (letter) => COLONS.includes(letter) ? ":" : LETTERS[letter] ?? letter);
  return COMMAND.test(drawn);
}
