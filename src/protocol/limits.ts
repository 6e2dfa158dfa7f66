/**
 * Every bound that kato enforces, with its reason. Room: protocol; no authority, imports nothing of ours.
 * Sizes are bytes, times are milliseconds, unless the name says otherwise.
 */

const KIB = 1024;
const MIB = 1024 * KIB;

/** One read from a log: large enough that system calls do not count, small enough to share a core fairly. */
export const READ_CHUNK = MIB;

/** Lines taken out of a chunk at once: more of them would outlive the young generation before they are looked at. */
export const CHUNK_LINES = 256;

/** A line up to this long is decoded whole; clients do write user texts and tool results of 11 MB. */
export const WHOLE_LINE = 16 * MIB;

/** Of a line beyond this, a part that nobody looks at is not even decoded: as text it may take twice the memory. */
export const LONG_LINE = 256 * KIB;

/** What is looked at in lines that are no JSON, in strings, brackets and commas: a poisoned one could hold millions. */
export const RECOVERED_TOKENS = 500_000;

/** In a line longer than WHOLE_LINE, a string keeps this much of its head; the rest is elided while reading, and counted. */
export const ELIDED_STRING_KEEPS = 64 * KIB;

/** What is left of a line after elision; a line that is still longer is skipped, counted and reported. */
export const ELIDED_LINE = 16 * MIB;

/** Nesting beyond this is no client's writing; such a line is malformed, never handed to a recursive reader. */
export const JSON_DEPTH = 512;

/** Values in one line or document; each may take 60 bytes of memory. The richest line of a client's has some ten thousand. */
export const JSON_VALUES = 1_000_000;

/** A text up to this long can do no harm by its depth or its number of values, and is parsed unweighed. */
export const JSON_WEIGHED = 4 * KIB;

/** A batch of events closes at this many payload bytes (one event may exceed it alone). */
export const BATCH_BYTES = 512 * KIB;

/** ... or at this many events. */
export const BATCH_EVENTS = 512;

/** Batches that may be under way in a feed before the parser waits for credit. */
export const FEED_CREDIT = 2;

/** A frame header is small structured JSON; content travels in the payload. */
export const FRAME_HEADER = 1 * MIB;

/** One event of an 11 MB row, escaped as JSON, fits with room to spare. */
export const FRAME_PAYLOAD = 128 * MIB;

/** What monitor and orchestrator pass on at once; as much as a pipe holds. */
export const FRAGMENT_BYTES = 64 * KIB;

/** Under way to a role that did not take it yet: a role that stops reading costs the monitor no more than this. */
export const CHANNEL_WINDOW = 1 * MIB;

/** What a role writes at once, gathered from the frames that wait. */
export const WRITE_BYTES = 256 * KIB;

/** The orchestrator's heart beats this often; the monitor waits three times as long. */
export const BEAT_MS = 10_000;

/** A parser yields to its other sources after this long on one. */
export const SLICE_MS = 15;

/** Work that nobody may wait long for is done this often before other work has a turn. */
export const SLICES_IN_A_ROW = 4;

/** Logs that are looked at together, to learn whose they are: one of them may be what takes the parser down. */
export const LOOKS = 64;

/** A destination as typed after a command. */
export const DESTINATION_BYTES = 1024;

/** Commands obeyed in one message; more is no person's writing. */
export const COMMANDS_PER_MESSAGE = 16;

/** A command line: the longest destination, its verb and quotes, some blanks. It goes into audit records whole. */
export const COMMAND_LINE_BYTES = 1100;

/** Refused lines that are reported of one message; a log pasted whole shall not flood the audit log. */
export const REFUSED_PER_MESSAGE = 32;

/** A refused line is reported up to this many characters: enough to recognise it. */
export const REFUSED_TOKEN_CHARS = 256;

/** Of the lines that a message is refused for, the audit log has one whole, and the texts of so many more. */
export const LOOK_ALIKE_TEXTS = 3;

/** Such messages of one session that the audit log lists one by one ... */
export const LOOK_ALIKE_MESSAGES = 32;

/** ... in this time; of the others it says how many there were. */
export const LOOK_ALIKE_WINDOW_MS = 60_000;

/** Their records wait this long for others, to be flushed together: nobody waits for them. */
export const LOOK_ALIKE_GATHER_MS = 100;

/** ... and no longer than until there are so many: they are kept in memory. */
export const LOOK_ALIKE_WAITING = 256;

/** One name in a path: NAME_MAX of every Linux file system that a home is on. */
export const FILE_NAME_BYTES = 255;

/** An id of an event, a call or an agent: what is remembered by it must stay small. */
export const ID_CHARS = 512;

/** The latest events of a log, which are recognised after it was rewritten. */
export const RECENT_EVENTS = 128;

/** What tells whether an id of an event came before, in every checkpoint: of a thousand ids it is wrong about a few. */
export const ID_FILTER_BYTES = 4 * KIB;

/** The first bytes of a log, whose fingerprint tells it from another file that reuses its inode. */
export const FINGERPRINT_BYTES = 1 * KIB;

/** How far into a log is looked for what it says of itself: a first record may be 100 KB of instructions. */
export const INTRODUCTION_BYTES = 4 * MIB;

/** ... in pieces of this size: there may be ten thousand logs to ask. */
export const INTRODUCTION_PIECE = 32 * KIB;

/** ... and at most so many records: a client that opened a log says what it is in its first few. */
export const INTRODUCTION_RECORDS = 64;

/** A log that is one JSON document is held whole, up to this; in a longer one, long strings are elided. */
export const WHOLE_DOCUMENT = 32 * MIB;

/** A client's small file beside a log. */
export const SMALL_JSON_BYTES = 256 * KIB;

/** A document that is longer is not read: looking through it keeps everybody else waiting. */
export const DOCUMENT_BYTES = 256 * MIB;

/** The latest records of such a log that are looked at again when it changes: clients complete them in place. */
export const REMEMBERED_RECORDS = 8;

/** Compressed bytes read at once; what they become is decompressed block by block. */
export const COMPRESSED_PIECE = 16 * KIB;

/** What a decoder of zstd has to hold, and every one can (RFC 8878); clients write windows of 2 MB. */
export const COMPRESSED_WINDOW = 8 * MIB;

/** Two changes of a file within this long may bear the same time: a tick of the slowest kernel clock, and some. */
export const CLOCK_TICK_MS = 12;

/** The last bytes before a cursor, which tell a log that only grew from one that was rewritten in place. */
export const TAIL_BYTES = 32;

/** A sub-agent's log may lag behind its parent's hand-back row by a write or two; waiting longer helps nobody. */
export const AGENT_WAIT_MS = 3_000;

/**
 * A command in a session that is new to kato may be this much older than kato's last look, or this far in the future: clients
 * write a row some time after its own time, a log is found some time after it was begun, and clocks are set.
 */
export const NEWS_SLACK_MS = 2 * 60_000;

/**
 * A session that kato has known for longer than this is none that another one goes on in just now: clients begin one for it.
 * A log that could not be read for a while says late that it goes on.
 */
export const CONTINUATION_MS = 60 * 60_000;

/** kato's last look at the roots goes to the disk this often: after a crash, a little more counts as news. */
export const LOOK_KEPT_MS = 5 * 60_000;

/** Writers that are alive at once: each is a process of some 9 MB. More sessions are hardly at work in the same moments. */
export const WRITERS = 16;

/** A writer that had nothing to do for this long is given back, and its memory with it. */
export const WRITER_RESTS_MS = 30_000;

/** Batches that a recording delivers in a row while others wait for a writer: to start one costs as much as a few of them. */
export const DELIVERIES_IN_A_ROW = 16;

/** A role is asked this often whether it is there; one that does not answer for as long hangs. */
export const HEARTBEAT_MS = 10_000;

/** ... or the orchestrator was too busy to take its answer: so long it takes what came, before it believes the first. */
export const DOUBT_MS = 1_000;

/** A role that sends other things but never answers hangs, too, when it was doubted so often. */
export const DOUBTS = 12;

/** SIGTERM to exit, everything flushed. */
export const STOP_MS = 2_000;

/** A source that takes its parser down this often is quarantined. */
export const QUARANTINE_AFTER = 2;

/** What changed within this long is at work just now ... */
export const HOT_MS = 60_000;

/** ... and looked at this often even if the kernel reports nothing: nobody waits longer because events were lost. */
export const HOT_POLL_MS = 500;

/** What changed within this long may go on ... */
export const WARM_MS = 10 * 60_000;

/** ... and is looked at this often; at most so many sessions: this is the net under events, not their replacement. */
export const WARM_POLL_MS = 2_000;
export const WARM_SESSIONS = 200;

/** Where nothing did, it is looked this often whether something has: each look wakes a process that has nothing to do. */
export const CALM_POLL_MS = 5_000;

/** Folders that are watched; those beyond are looked at. A kernel of small means allows a person 8,192 in all. */
export const WATCHED_FOLDERS = 4_096;

/** Where events cannot be had, looking at everything takes a twentieth of the time. */
export const SCAN_SHARE = 20;

/**
 * Everything is looked at this often, in case an event was lost and the kernel did not say so: to look at ten thousand
 * logs takes a parser about a tenth of a second.
 */
export const FULL_SCAN_MS = 30 * 60_000;

/** Policy and configuration files are small; a larger one is refused unread. */
export const POLICY_BYTES = 256 * KIB;

/** More than anyone writes into policy.d, and what a plan may read at each start. */
export const POLICY_FILES = 64;

/** A plan names some dozens of paths; the launcher reads no more than this of one. */
export const PLAN_BYTES = 64 * KIB;

/** A request in the spool is one small JSON object. */
export const REQUEST_BYTES = 16 * KIB;

/** What is no request is kept, for a person to look at; and what could not be moved away is remembered. So many of each. */
export const REFUSED_REQUESTS = 100;

/** The audit log is rotated at this size; the chain runs over rotations. */
export const AUDIT_FILE_BYTES = 16 * MIB;

/** The chain's head goes to the operational log this often, so that a rewritten log disagrees with it ... */
export const AUDIT_HEAD_MS = 15 * 60_000;

/** ... and after so many records, where many come at once. */
export const AUDIT_HEAD_RECORDS = 256;

/** A line of the operational log: journald splits one of 48 KiB, and so does whatever carries it on, earlier. */
export const LOG_LINE_BYTES = 8 * KIB;

/** `kato.log` is rotated at this size ... */
export const LOG_FILE_BYTES = 4 * MIB;

/** ... and so many files are kept, itself among them. */
export const LOG_FILE_GENERATIONS = 5;

/** A name that a log gives to what kato does not know, as far as it is told. */
export const TROUBLE_NAME_CHARS = 100;

/** Names of troubles that are told apart in one session: clients add a few types a year. */
export const SESSION_TROUBLE_NAMES = 32;

/** ... and of one provider, whose list a person reads; the rest is counted under one name. */
export const TROUBLE_NAMES = 128;

/** Troubles of logs that one run tells of by name; the rest is counted only, for a poisoned log can hold millions. */
export const LOGGED_TROUBLES = 200;

/** PATH_MAX: of a path in an audit record, or in a file that holds one. */
export const PATH_BYTES = 4096;

/** Any other text in an audit record: a sentence, an id. Command lines have COMMAND_LINE_BYTES. */
export const AUDIT_TEXT_BYTES = 1024;

/** The longest line of the audit log: every text of a record at its bound, each byte escaped as six. */
export const AUDIT_LINE_BYTES = 128 * KIB;

/** Of one collected copy of an audit log, whose records are sorted in memory: decades of one person's. */
export const AUDIT_COPY_RECORDS = 1_000_000;

/** A tool result longer than this is cut in Markdown and HTML, with a marker that says how much. */
export const RESULT_LINES = 200;
export const RESULT_CHARS = 20_000;

/** Tool calls that wait for their results in the renderer, and the text they may hold together. */
export const WAITING_CALLS = 64;
export const WAITING_CHARS = 4 * MIB;

/** The input of a tool call longer than this is cut in Markdown and HTML: a page is for reading, JSONL has it all. */
export const CALL_CHARS = 60_000;

/** Texts that differ in more lines than this are shown as old and new, not compared: comparing costs its square. */
export const DIFF_EDITS = 400;

/** A longer text that is not harmless at a glance is shown as code: without a JIT, a parser of Markdown reads 300 KB a second. */
export const CONTAINED_CHARS = 64 * KIB;
