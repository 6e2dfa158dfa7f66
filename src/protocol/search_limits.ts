/** The bounds of the search: what one query may ask for, and what the index holds of one text. */

/** Longer queries are texts that somebody pasted by mistake. Characters. */
export const QUERY_CHARS = 1024;
/** Each word costs one look into the index. */
export const QUERY_WORDS = 32;

/** Of a longer text, the index has the beginning and the end. UTF-16 units. */
export const PASSAGE_BEGINNING = 96 * 1024;
export const PASSAGE_END = 32 * 1024;
/** Letters and digits without a blank or a mark: from this length on they are data (base64), and no word. */
export const LONGEST_WORD = 80;

/** Texts are compressed together up to this length: longer blocks save little, and a hit must unpack one. UTF-16 units. */
export const BLOCK_CHARS = 128 * 1024;
/** More than a block of short messages has; it keeps the list at its head short. */
export const BLOCK_PASSAGES = 512;
/** A shorter session is read from its beginning when it grows: that takes less than its reading state would take room. Bytes. */
export const READ_ANEW_BYTES = 1024 * 1024;
/** A transaction is committed when it has this much text, so that a kill loses seconds of work. UTF-16 units. */
export const BATCH_CHARS = 4 * 1024 * 1024;

/** A search reads at most this much of logs that the index does not have yet, which takes some seconds. Bytes. */
export const UPDATE_BYTES = 256 * 1024 * 1024;

/** A filter that lets more sessions through is applied to what the index finds: naming them would take longer. */
export const SESSIONS_NAMED = 500;

/** Hits that are shown where nobody says how many. */
export const HITS = 20;
/** A snippet, without its marks: two or three lines of a terminal. UTF-16 units. */
export const SNIPPET_CHARS = 160;
/** A search for a phrase compares texts; past this many it says that it did not look at all: 0.4 s. UTF-16 units. */
export const COMPARED_CHARS = 64 * 1024 * 1024;
/**
 * The beginning of a word may be that of many thousands, which the index takes long to put together. So the newest blocks
 * are looked at without it: what is so frequent stands in these.
 */
export const NEWEST_BLOCKS = 16;

/** How long to wait for another search that writes to the index. Milliseconds. */
export const INDEX_PATIENCE_MS = 5000;
/** Memory for the pages of the index. KiB. */
export const INDEX_CACHE_KIB = 16 * 1024;
