/** Every bound that kato enforces, with its reason. Sizes are bytes, times are milliseconds, unless the name says more. */

const KIB = 1024;
const MIB = 1024 * KIB;

/** One read from a log: large enough that system calls do not count, small enough to share a core fairly. */
export const READ_CHUNK = MIB;

/** Lines taken from a chunk at once: more would outlive the engine's young generation before they are used. */
export const CHUNK_LINES = 256;

/** A longer line is not kept whole. Clients do write user texts and tool results of 11 MB. */
export const WHOLE_LINE = 16 * MIB;

/** In a longer line, a part that nobody reads is not even decoded: as text it may take twice the memory. */
export const LONG_LINE = 256 * KIB;

/** Strings, brackets and commas that are examined in a line that is no JSON: a poisoned one could hold millions. */
export const RECOVERED_TOKENS = 500_000;

/** In a line longer than WHOLE_LINE, a string keeps this much of its head. The rest is dropped while reading, and counted. */
export const ELIDED_STRING_KEEPS = 64 * KIB;

/** Bytes in which strings are cut at once: a poisoned line could hold millions of them, and its reader must answer in between. */
export const ELIDED_PIECE = 256 * KIB;

/** A line that is still longer after elision is skipped, counted and reported. */
export const ELIDED_LINE = 16 * MIB;

/** No client nests deeper. A line that does is malformed, and never reaches a recursive reader. */
export const JSON_DEPTH = 512;

/** Values in one line or document; each may take 60 bytes of memory. The richest line of a client has some ten thousand. */
export const JSON_VALUES = 1_000_000;

/** A shorter text can do no harm by its depth or its number of values, so it is parsed unchecked. */
export const JSON_WEIGHED = 4 * KIB;

/** A batch of events closes at this many payload bytes. One event may exceed it alone. */
export const BATCH_BYTES = 512 * KIB;

/** ... or at this many events. */
export const BATCH_EVENTS = 512;

/** Batches of a feed that may be under way before the parser waits for credit. */
export const FEED_CREDIT = 2;

/** A frame header is small structured JSON. Content travels in the payload. */
export const FRAME_HEADER = 1 * MIB;

/** One event of an 11 MB row, escaped as JSON, fits with room to spare. */
export const FRAME_PAYLOAD = 128 * MIB;

/** Bytes that monitor and orchestrator pass on at once: a pipe holds as much. */
export const FRAGMENT_BYTES = 64 * KIB;

/** Bytes under way to a role that has not taken them: a role that stops reading costs the monitor no more. */
export const CHANNEL_WINDOW = 1 * MIB;

/** Bytes that a role writes at once, gathered from waiting frames. */
export const WRITE_BYTES = 256 * KIB;

/** Interval of the orchestrator's heartbeat. The monitor waits three times as long. */
export const BEAT_MS = 10_000;

/** A parser moves on to its other sources after this long on one. */
export const SLICE_MS = 15;

/** Urgent work gets this many slices in a row before other work gets one. */
export const SLICES_IN_A_ROW = 4;

/** Logs that are identified together: any of them may end the parser. */
export const LOOKS = 64;

/** A destination as typed after a command. */
export const DESTINATION_BYTES = 1024;

/** Commands obeyed in one message. No person writes more. */
export const COMMANDS_PER_MESSAGE = 16;

/** A command line: the longest destination, its verb, quotes and some blanks. Audit records hold it whole. */
export const COMMAND_LINE_BYTES = 1100;

/** Refused lines reported of one message: a pasted log must not flood the audit log. */
export const REFUSED_PER_MESSAGE = 32;

/** Characters reported of a refused line: enough to recognise it. */
export const REFUSED_TOKEN_CHARS = 256;

/** Refused lines of a message: the audit log holds one whole, and the texts of this many more. */
export const LOOK_ALIKE_TEXTS = 3;

/** Such messages of one session that the audit log lists one by one ... */
export const LOOK_ALIKE_MESSAGES = 32;

/** ... in this time. It only counts the others. */
export const LOOK_ALIKE_WINDOW_MS = 60_000;

/** Their records wait this long for others, to be flushed together. Nobody waits for them. */
export const LOOK_ALIKE_GATHER_MS = 100;

/** ... and no longer than until there are so many, because they are in memory. */
export const LOOK_ALIKE_WAITING = 256;

/** One name in a path: NAME_MAX of every Linux file system that a home may be on. */
export const FILE_NAME_BYTES = 255;

/** Characters of an id of an event, a call or an agent: ids are kept in memory and in checkpoints. */
export const ID_CHARS = 512;

/** Latest events of a log that are recognised after it was rewritten. */
export const RECENT_EVENTS = 128;

/** The filter of earlier event ids, in every checkpoint. It is wrong about a few of a thousand ids. */
export const ID_FILTER_BYTES = 4 * KIB;

/** The first bytes of a log. Their fingerprint distinguishes it from a later file with the same inode. */
export const FINGERPRINT_BYTES = 1 * KIB;

/** How much of a log is read to learn what it is: a first record may hold 100 KB of instructions. */
export const INTRODUCTION_BYTES = 4 * MIB;

/** ... in pieces of this size, because there may be ten thousand logs. */
export const INTRODUCTION_PIECE = 32 * KIB;

/** ... and at most this many records: a client says what a log is in the first few. */
export const INTRODUCTION_RECORDS = 64;

/** A log that is one JSON document is held whole up to this size. In a longer one, long strings are elided. */
export const WHOLE_DOCUMENT = 32 * MIB;

/** A client's small file beside a log. */
export const SMALL_JSON_BYTES = 256 * KIB;

/** A longer document is not read: parsing it would keep everything else waiting. */
export const DOCUMENT_BYTES = 256 * MIB;

/** The latest records of such a log, which are compared at each change: clients complete them in place. */
export const REMEMBERED_RECORDS = 8;

/** Compressed bytes read at once. They are decompressed block by block. */
export const COMPRESSED_PIECE = 16 * KIB;

/** Memory that every decoder of zstd must have (RFC 8878). Clients write windows of 2 MB. */
export const COMPRESSED_WINDOW = 8 * MIB;

/** Two changes of a file within this time may have one timestamp: a tick of the slowest kernel clock, and some. */
export const CLOCK_TICK_MS = 12;

/** The last bytes before a cursor. They distinguish a log that only grew from one that was rewritten in place. */
export const TAIL_BYTES = 32;

/** A sub-agent's log may lag a write or two behind its parent's row. Waiting longer helps nobody. */
export const AGENT_WAIT_MS = 3_000;

/**
 * A command in a session that is new to kato may be this much older than kato's last look, or this far in the future:
 * clients write rows late, logs are found late, and clocks are set.
 */
export const NEWS_SLACK_MS = 2 * 60_000;

/**
 * A session that kato has known for longer cannot be the continuation that begins just now. A log that was unreadable
 * for a while may report its continuation late.
 */
export const CONTINUATION_MS = 60 * 60_000;

/** kato's last look at the roots goes to the disk this often. After a crash, that much more counts as news. */
export const LOOK_KEPT_MS = 5 * 60_000;

/** Writers alive at once; each is a process of some 9 MB. More sessions are hardly active at the same moment. */
export const WRITERS = 16;

/** A writer that had nothing to do for this long is ended, to free its memory. */
export const WRITER_RESTS_MS = 30_000;

/** Batches that a recording delivers in a row while others wait for a writer: starting one costs as much as a few batches. */
export const DELIVERIES_IN_A_ROW = 16;

/** How often a role is asked whether it is alive. A role that does not answer for as long hangs ... */
export const HEARTBEAT_MS = 10_000;

/** ... unless the orchestrator was too busy to read the answer: it reads for this long before it believes that. */
export const DOUBT_MS = 1_000;

/** A role that sends other messages but never answers hangs as well, after this many doubts. */
export const DOUBTS = 12;

/** From SIGTERM to exit, with everything flushed. */
export const STOP_MS = 2_000;

/** A source that ends its parser this often is quarantined. */
export const QUARANTINE_AFTER = 2;

/** A source that changed within this time is active now ... */
export const HOT_MS = 60_000;

/** ... and is looked at this often even without events, so that a lost event delays nobody. */
export const HOT_POLL_MS = 500;

/** A source that changed within this time may continue ... */
export const WARM_MS = 10 * 60_000;

/** ... and is looked at this often, up to this many sessions: a net under the events, not their replacement. */
export const WARM_POLL_MS = 2_000;
export const WARM_SESSIONS = 200;

/** How often kato looks where nothing changed: each look wakes an idle process. */
export const CALM_POLL_MS = 5_000;

/** Folders that are watched. The others are only looked at. A small machine's kernel allows a person 8,192 in all. */
export const WATCHED_FOLDERS = 4_096;

/**
 * After so many events without a pause, kato looks at everything once: some may be lost. The runtime's watcher does not
 * say that the kernel's queue was full (16,384 events), and each event that it passes on adds up to 16 to that queue.
 */
export const EVENTS_IN_A_ROW = 256;

/** A watcher that has nothing to do for so long has emptied the queue. */
export const EVENT_PAUSE_MS = 1_000;

/** Without events, looking at everything takes at most one part in this many of the time. */
export const SCAN_SHARE = 20;

/**
 * How often everything is looked at, in case the kernel lost an event silently. Ten thousand logs take a parser about
 * a tenth of a second.
 */
export const FULL_SCAN_MS = 30 * 60_000;

/** A larger policy or configuration file is refused unread. */
export const POLICY_BYTES = 256 * KIB;

/** Files in policy.d: more than anyone has, and the most that a plan reads at each start. */
export const POLICY_FILES = 64;

/** A plan names some dozens of paths. The launcher refuses a longer one. */
export const PLAN_BYTES = 64 * KIB;

/** A request in the spool is one small JSON object. */
export const REQUEST_BYTES = 16 * KIB;

/**
 * Files in the spool that are no request are kept for a person to look at; those that could not be moved are
 * remembered. This many of each.
 */
export const REFUSED_REQUESTS = 100;

/** The audit log is rotated at this size. The chain continues over rotations. */
export const AUDIT_FILE_BYTES = 16 * MIB;

/** The chain's head goes to the operational log this often, so that a rewritten audit log disagrees with it ... */
export const AUDIT_HEAD_MS = 15 * 60_000;

/** ... and after this many records, where many come at once. */
export const AUDIT_HEAD_RECORDS = 256;

/** A line of the operational log: journald splits lines at 48 KiB, and forwarders do so earlier. */
export const LOG_LINE_BYTES = 8 * KIB;

/** `kato.log` is rotated at this size ... */
export const LOG_FILE_BYTES = 4 * MIB;

/** ... and this many files are kept, the current one included. */
export const LOG_FILE_GENERATIONS = 5;

/** Characters that are reported of a name that kato does not know. */
export const TROUBLE_NAME_CHARS = 100;

/** Names of troubles in one session: clients add a few record types a year. */
export const SESSION_TROUBLE_NAMES = 32;

/** ... and of one provider, because a person reads the list. Others are counted under one name. */
export const TROUBLE_NAMES = 128;

/** Troubles of logs that one run reports by name. Others are only counted: a poisoned log can hold millions. */
export const LOGGED_TROUBLES = 200;

/** PATH_MAX, for a path in an audit record, or in a file that holds one. */
export const PATH_BYTES = 4096;

/** Any other text in an audit record: a sentence, an id. Command lines have COMMAND_LINE_BYTES. */
export const AUDIT_TEXT_BYTES = 1024;

/** A seal names hashes, and the parts of a session that a file has: some hundred bytes each. */
export const SEAL_BYTES = 256 * KIB;

/** The name of a machine or of an account in an audit record: Linux has none that is longer. */
export const ORIGIN_TEXT_BYTES = 256;

/** The longest line of the audit log: every text of a record at its bound, each byte escaped as six. */
export const AUDIT_LINE_BYTES = 128 * KIB;

/** Tool calls that wait for their results in the renderer, and the text that they may hold together. */
export const WAITING_CALLS = 64;
export const WAITING_CHARS = 4 * MIB;
