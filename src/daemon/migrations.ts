/**
 * The schema of `state/kato.db` in numbered steps. `user_version` counts the steps that were taken. A database with more
 * steps than this kato knows is refused.
 */
export const MIGRATIONS: readonly string[] = [
  `
  -- Single facts: 'installed' (when the state was made), 'scanned:<root>' (history was told from news),
  -- 'looked:<root>' (kato's last look at it).
  CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

  CREATE TABLE sessions (
    provider TEXT NOT NULL,
    session TEXT NOT NULL,
    path TEXT NOT NULL,
    ino INTEGER NOT NULL,
    -- Bytes of the main log that are history: nothing in them is obeyed.
    baseline INTEGER NOT NULL,
    -- The session whose log this one began as a copy of.
    parent TEXT,
    -- Where watching stands (JSON), null while nobody has written to it; and the size that was read.
    checkpoint TEXT,
    size INTEGER NOT NULL,
    meta TEXT,
    -- Where ::record goes without a destination.
    destination TEXT,
    crashes INTEGER NOT NULL DEFAULT 0,
    -- Size and kato version at which it was quarantined.
    quarantined TEXT,
    PRIMARY KEY (provider, session)
  ) STRICT, WITHOUT ROWID;

  -- Command lines that were dealt with, obeyed or not, by the event that holds them and their place in it, so
  -- that none is dealt with twice. Place -1 stands for all lines of the event that were refused.
  CREATE TABLE commands (
    provider TEXT NOT NULL,
    event TEXT NOT NULL,
    place INTEGER NOT NULL,
    time TEXT NOT NULL,
    PRIMARY KEY (provider, event, place)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE recordings (
    id INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    session TEXT NOT NULL,
    kind TEXT NOT NULL,
    destination TEXT NOT NULL,
    -- 'active', 'stopped'; an active one with 'until' ends there.
    state TEXT NOT NULL,
    whole INTEGER NOT NULL,
    head TEXT NOT NULL,
    -- Reading goes on from here: a checkpoint (JSON) at or before the first event that is missing, and its seq.
    checkpoint TEXT,
    next INTEGER NOT NULL,
    until INTEGER,
    -- The renderer's state (JSON), opaque here.
    render BLOB,
    -- The destination as kato made or found it; null until it was opened.
    dev INTEGER,
    ino INTEGER,
    size INTEGER NOT NULL DEFAULT 0,
    events INTEGER NOT NULL DEFAULT 0,
    written TEXT
  ) STRICT;
  CREATE INDEX recordings_by_session ON recordings (provider, session);
  CREATE INDEX recordings_by_destination ON recordings (destination);

  -- What is being appended: recorded before bytes are written, settled by the file's real length after a crash.
  CREATE TABLE deliveries (
    recording INTEGER PRIMARY KEY REFERENCES recordings (id),
    before INTEGER NOT NULL,
    length INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    checkpoint TEXT NOT NULL,
    next INTEGER NOT NULL,
    events INTEGER NOT NULL,
    -- Nothing follows: the recording stops with this delivery.
    last INTEGER NOT NULL,
    render BLOB NOT NULL
  ) STRICT;

  -- Files that kato created: only into these it appends without being told that it may.
  CREATE TABLE files (dev INTEGER NOT NULL, ino INTEGER NOT NULL, path TEXT NOT NULL, PRIMARY KEY (dev, ino))
    STRICT, WITHOUT ROWID;
  `,
  `
  -- Bytes of the session's main log that the checkpoint has behind it: status shows it, and reads no checkpoint.
  ALTER TABLE recordings ADD COLUMN read_to INTEGER NOT NULL DEFAULT 0;
  UPDATE recordings SET read_to = coalesce(json_extract(checkpoint, '$.part.before'), 0)
    + coalesce(json_extract(checkpoint, '$.main.cursor.offset'), 0) WHERE checkpoint IS NOT NULL;

  -- An export that is done never goes on.
  UPDATE recordings SET checkpoint = NULL, render = NULL WHERE kind = 'export' AND state = 'stopped';

  -- However many recordings there were, those that are asked for are found by an index.
  DROP INDEX recordings_by_session;
  CREATE INDEX recordings_by_session ON recordings (provider, session, state);
  CREATE INDEX recordings_by_state ON recordings (state);

  -- Nobody may read a destination, so nobody could compare it.
  ALTER TABLE deliveries DROP COLUMN sha256;
  `,
  `
  -- When the session turned up, and kato's last look at its root before that: what is older than that look came late. Both in
  -- milliseconds since 1970; null where the session was there when kato first looked, or was known before this step.
  ALTER TABLE sessions ADD COLUMN added INTEGER;
  ALTER TABLE sessions ADD COLUMN looked INTEGER;
  `,
  `
  -- An inode is used again when its file is gone: when the file was made tells it from a later one. In milliseconds since 1970;
  -- null where the file system does not keep it, or kato did not: then the path must be the same.
  ALTER TABLE files ADD COLUMN birth INTEGER;
  CREATE INDEX files_by_path ON files (path);
  `,
  `
  -- Messages whose look-alikes are not listed in the audit log, for a session had too many: one record will say how
  -- many, and their row is gone then.
  CREATE TABLE unlisted (
    provider TEXT NOT NULL,
    session TEXT NOT NULL,
    messages INTEGER NOT NULL,
    lines INTEGER NOT NULL,
    PRIMARY KEY (provider, session)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Logs that a parser went down with before they said whose they are.
  CREATE TABLE sources (
    provider TEXT NOT NULL,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    crashes INTEGER NOT NULL,
    -- The kato version at which it was quarantined.
    quarantined TEXT,
    PRIMARY KEY (provider, path)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Sessions that go on in another one, and their recordings with them. Of a recording: the session in which its own
  -- went on, and whether another recording goes on there with its file ('followed'); of that one: the session that it
  -- came from, and, until it has the file, the recording that it waits for.
  ALTER TABLE recordings ADD COLUMN goes_on TEXT;
  ALTER TABLE recordings ADD COLUMN followed INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE recordings ADD COLUMN inherits TEXT;
  ALTER TABLE recordings ADD COLUMN follows INTEGER;
  CREATE INDEX recordings_that_follow ON recordings (provider) WHERE follows IS NOT NULL;

  -- Before this event the session's first command let go of whatever recorded it.
  ALTER TABLE sessions ADD COLUMN let_go INTEGER;
  `,
  `
  -- Where the session's log said first that it goes on, while it had no recording that could: one may still come, from a
  -- session whose log is read later. With the event that says so, and the time when kato read it (milliseconds since 1970).
  ALTER TABLE sessions ADD COLUMN goes_on TEXT;
  ALTER TABLE sessions ADD COLUMN goes_on_seq INTEGER;
  ALTER TABLE sessions ADD COLUMN goes_on_came INTEGER;
  `,
  `
  -- Single fact 'rules': a hash of the rules of automatic recording, and since when they hold. Of a recording: the number of
  -- the rule in recording.auto that asked for an automatic recording; null where none did.
  ALTER TABLE recordings ADD COLUMN rule INTEGER;
  `,
  `
  -- The secrets that were replaced, a count for each rule (JSON): in a recording's file, and in a delivery on its way there.
  ALTER TABLE recordings ADD COLUMN redacted TEXT;
  ALTER TABLE deliveries ADD COLUMN redacted TEXT;
  `,
  `
  -- A tombstone: when a person had the session forgotten (ISO 8601, UTC). Such a row holds no checkpoint and nothing that was
  -- said, 'let_go' keeps rules from it, and 'baseline' is how far its log counts as history.
  -- Single fact 'last-recording': the highest number of a recording that was forgotten. It is never given again.
  ALTER TABLE sessions ADD COLUMN forgotten TEXT;
  CREATE INDEX sessions_forgotten ON sessions (provider, session) WHERE forgotten IS NOT NULL;
  `,
  `
  -- When the file of a recording was made, as it says itself: kato made it, or was allowed to go on in it. In milliseconds
  -- since 1970; null where the file system does not keep it, or it was opened before this step.
  ALTER TABLE recordings ADD COLUMN birth INTEGER;
  `,
];
