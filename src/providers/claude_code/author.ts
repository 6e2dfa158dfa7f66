/** Who wrote a message: by its marks, by the version of its client, and by its words where that version marks none. Pure. */
import { type Authorship, TYPED } from "../../protocol/evidence.ts";
import { type Fold, isOlder } from "./fold.ts";
import { isMarked, type Weighed, weighQueued, weighQueueRow, weighRow } from "./marks.ts";
import { type Row, textOf, uuidOf } from "./records.ts";

export const UNMARKED: Authorship = { evidence: "unproven", why: "unmarked" };
const AMBIGUOUS: Authorship = { evidence: "unproven", why: "ambiguous" };

/** This version and later ones mark each message that a person typed. Some earlier ones do, too. */
const MARKED_SINCE = [2, 1, 263] as const;

/** Beginnings of unmarked texts of the client: a tag, or the order that follows an accepted plan. */
const CLIENTS_WORDS = /^\s*<\/?[a-z][a-z0-9_-]{0,63}[\s>]|^Implement the following plan:\n\n/;

/** The person's words in a row. */
interface Words {
  readonly text: string;
  /** Whether the row shows for certain which words are theirs. */
  readonly isCertain: boolean;
}

/** Who wrote a `user` row that holds no result of a tool. */
export function authorOfRow(row: Row, words: Words, fold: Fold): Authorship {
  const author = authorOf(weighRow(row), fold.marksRows === true, row, words);
  if (isMarked(row)) fold.marksRows = true;
  return author;
}

/** Who wrote a queued text. The oldest clients with a queue kept only the text. */
export function authorOfQueued(row: Row, attachment: Row, words: Words, fold: Fold): Authorship {
  const weighed = weighQueued(row, attachment);
  const isBare = Object.keys(attachment).every((name) => name === "type" || name === "prompt");
  const author = isBare && weighed.against === null && isClients(row)
    ? authorOfOld(words)
    : authorOf(weighed, fold.marksQueued === true, row, words);
  if (isMarked(attachment)) fold.marksQueued = true;
  return author;
}

function authorOf(
  { against, person }: Weighed,
  marks: boolean,
  row: Row,
  words: Words,
): Authorship {
  if (against !== null && against.evidence !== "prompt") return against;
  if (!words.isCertain) return AMBIGUOUS;
  if (against !== null) return against;
  if (person) return TYPED;
  // A client that marks typed messages must have marked this one.
  const isOld = !marks && isClients(row) && isOlder(textOf(row["version"]), MARKED_SINCE);
  return isOld ? authorOfOld(words) : UNMARKED;
}

/** Every version of the client writes an id and its own number into a row. Another program may have written other rows. */
function isClients(row: Row): boolean {
  return uuidOf(row) !== null && textOf(row["version"]) !== "";
}

/** Who wrote a text that stands only in a row of the queue. */
export function authorOfAbsorbed(row: Row, text: string): Authorship {
  return weighQueueRow(row).against ?? authorOfOld({ text, isCertain: true });
}

/** A client without marks: every text counts as typed, except those that begin as the client's own do. */
function authorOfOld({ text, isCertain }: Words): Authorship {
  return isCertain && !CLIENTS_WORDS.test(text) ? TYPED : AMBIGUOUS;
}
