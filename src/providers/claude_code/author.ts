/** Who wrote a message, from its marks, from the version of its client and, where that marks nothing, from its words. Pure. */
import { type Authorship, TYPED } from "../../protocol/evidence.ts";
import { type Fold, isOlder } from "./fold.ts";
import { isMarked, type Weighed, weighQueued, weighQueueRow, weighRow } from "./marks.ts";
import { type Row, textOf, uuidOf } from "./records.ts";

export const UNMARKED: Authorship = { evidence: "unproven", why: "unmarked" };
const AMBIGUOUS: Authorship = { evidence: "unproven", why: "ambiguous" };

/** The oldest version that is known to mark each message that a person typed; some before it did, too. */
const MARKED_SINCE = [2, 1, 263] as const;

/** How texts begin that a client wrote without marking them: a tag, or the order that follows an accepted plan. */
const CLIENTS_WORDS = /^\s*<\/?[a-z][a-z0-9_-]{0,63}[\s>]|^Implement the following plan:\n\n/;

/** What the person's words are, as far as a row tells. */
interface Words {
  readonly text: string;
  /** It is certain which words are theirs. */
  readonly isCertain: boolean;
}

/** Who wrote a `user` row that is no tool's result. */
export function authorOfRow(row: Row, words: Words, fold: Fold): Authorship {
  const author = authorOf(weighRow(row), fold.marksRows === true, row, words);
  if (isMarked(row)) fold.marksRows = true;
  return author;
}

/** Who wrote what waited in the queue; the oldest clients that kept it wrote nothing but the text. */
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
  // Where the client marks what is typed, nothing less will do.
  const isOld = !marks && isClients(row) && isOlder(textOf(row["version"]), MARKED_SINCE);
  return isOld ? authorOfOld(words) : UNMARKED;
}

/** Each version of the client gives its rows an id and says which it is; who knows what wrote others. */
function isClients(row: Row): boolean {
  return uuidOf(row) !== null && textOf(row["version"]) !== "";
}

/** Who wrote what stands in a row of the queue only. */
export function authorOfAbsorbed(row: Row, text: string): Authorship {
  return weighQueueRow(row).against ?? authorOfOld({ text, isCertain: true });
}

/** Of a client that marks nothing all counts as typed, but for texts that are known for its own by how they begin. */
function authorOfOld({ text, isCertain }: Words): Authorship {
  return isCertain && !CLIENTS_WORDS.test(text) ? TYPED : AMBIGUOUS;
}
