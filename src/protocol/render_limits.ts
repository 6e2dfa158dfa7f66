/** Every bound of what recordings show, with its reason; limits.ts has the others. Sizes are UTF-16 units, unless the name says bytes. */

/** A longer tool result is cut in Markdown and HTML, with a note that says how much is missing. */
export const RESULT_LINES = 200;
export const RESULT_CHARS = 20_000;

/** The same in a terminal: a screen has some 24 lines. */
export const SHOWN_LINES = 6;
export const SHOWN_CHARS = 2000;

/** A longer input of a tool call is cut in Markdown and HTML. A page is for reading; JSONL has it all. */
export const CALL_CHARS = 60_000;

/** Texts that differ in more lines are shown as old and new: the time to compare them grows with the square. */
export const DIFF_EDITS = 400;

/** A longer text is shown as it was written, in Markdown if it is suspicious: without a JIT, parsers read 300 KB a second. */
export const CONTAINED_CHARS = 64 * 1024;

/** Lists, items and quotes within each other, in HTML: nobody writes half as many, and a phone's screen has no room. */
export const PROSE_DEPTH = 64;

/** Steps for each character while Markdown is read for HTML: usual texts need one or two, hostile ones end in a second. */
export const PROSE_STEPS_PER_CHAR = 4;

/** Sub-agents that the line at the end of a recording counts: their ids are in the state of each delivery. */
export const AGENTS_COUNTED = 500;

/** Turns whose words a rewind may quote: they are in the state of each delivery, and a person goes back a few turns. */
export const PAST_TURNS = 64;

/** One image that a recording keeps: the models' interfaces take no larger one. */
export const IMAGE_BYTES = 8 * 1024 * 1024;

/** Images that one recording keeps: nobody looks through more, and each may be a file. */
export const IMAGES_KEPT = 500;

/** ... and their bytes together: a browser holds a page with its images in memory at once. */
export const IMAGES_BYTES = 64 * 1024 * 1024;

/** Entries of a folder for images in which kato still adds one: before each new image it looks at all of them. */
export const IMAGE_FOLDER_ENTRIES = 4 * IMAGES_KEPT;
