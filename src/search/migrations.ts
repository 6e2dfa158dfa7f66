/**
 * The schema of `index/search.db` in numbered steps. `user_version` counts the steps that were taken. An index with more
 * steps than this kato knows is refused.
 */
export const MIGRATIONS: readonly string[] = [
  `
  -- Single facts: 'redaction' (the hash of the rules that the texts went through).
  CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    session TEXT NOT NULL,
    title TEXT,
    project TEXT,
    -- Last change and bytes of its logs when they were read, as the file system said. Milliseconds since 1970.
    modified INTEGER NOT NULL,
    size INTEGER NOT NULL,
    -- Its logs are not there any more.
    gone INTEGER NOT NULL DEFAULT 0,
    -- Why the rest of it is not in the index; null: it is.
    blocked TEXT,
    UNIQUE (provider, session)
  ) STRICT;

  -- From where its logs are read on (compressed JSON): a checkpoint, and the state of the redaction.
  CREATE TABLE readings (session INTEGER PRIMARY KEY REFERENCES sessions (id), data BLOB NOT NULL) STRICT;

  -- Passages side by side: 'id' is the number of the first one. Those that are provisional are read anew when their
  -- session grows: a sub-agent may hand back, or a last line may become longer.
  CREATE TABLE blocks (
    id INTEGER PRIMARY KEY,
    session INTEGER NOT NULL REFERENCES sessions (id),
    passages INTEGER NOT NULL,
    provisional INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX blocks_by_session ON blocks (session);

  -- Apart from 'blocks', which every search reads.
  CREATE TABLE texts (id INTEGER PRIMARY KEY REFERENCES blocks (id), data BLOB NOT NULL) STRICT;

  -- The words of each passage, without their places, which would double its size: block texts tell what stands side by side.
  CREATE VIRTUAL TABLE words USING fts5(
    text, content='', detail=none, columnsize=0, tokenize="unicode61 remove_diacritics 2"
  );
  -- What is deleted is overwritten, not only marked.
  INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
  `,
  `
  -- Of a recording, whose 'session' is its path: the session that it holds. Null for a session.
  ALTER TABLE sessions ADD COLUMN recorded TEXT;
  `,
  `
  -- When its latest passage was said, in milliseconds since 1970; null: one of them has no time, or nobody noted it.
  ALTER TABLE blocks ADD COLUMN latest INTEGER;
  `,
];
