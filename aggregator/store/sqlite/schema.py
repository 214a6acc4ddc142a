"""The tables, made by migrations that only go forward.

Moments are ISO 8601 texts in UTC of one width, so that they sort; durations are seconds. Tables are plain and
named as the values are, so that the database can be read with Datasette or the ``sqlite3`` shell.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from aggregator.store.sqlite.full_texts import SCHEMA as FULL_TEXTS
from aggregator.store.sqlite.schema_paces import PACES
from aggregator.store.sqlite.schema_scheduling import SCHEDULING

MIGRATIONS = Migrations("aggregator")

_SOURCES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE hosts (pace_key TEXT PRIMARY KEY, hold_until TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE sources (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL UNIQUE,
  id_given INTEGER NOT NULL,
  url TEXT NOT NULL,
  pace_key TEXT NOT NULL,
  active INTEGER NOT NULL,
  position INTEGER NOT NULL,
  longest_s REAL NOT NULL,
  keep_s REAL NOT NULL,
  settings TEXT NOT NULL,
  version INTEGER NOT NULL,
  etag TEXT,
  last_modified TEXT,
  body_digest TEXT NOT NULL,
  interval_s REAL NOT NULL,
  next_poll_at TEXT,
  next_poll_why TEXT NOT NULL,
  hold_until TEXT,
  errors INTEGER NOT NULL,
  first_error_at TEXT,
  last_ok_at TEXT,
  last_error TEXT,
  condition TEXT NOT NULL,
  redirect_to TEXT,
  redirect_count INTEGER NOT NULL,
  documents INTEGER NOT NULL,
  profile TEXT NOT NULL,
  polls INTEGER NOT NULL DEFAULT 0,
  entries INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX sources_due ON sources (next_poll_at) WHERE active = 1;
CREATE INDEX sources_url ON sources (url);

CREATE TABLE polls (
  source_id INTEGER NOT NULL REFERENCES sources (id),
  slot INTEGER NOT NULL,
  number INTEGER NOT NULL,
  at TEXT NOT NULL,
  outcome TEXT NOT NULL,
  status INTEGER,
  new INTEGER NOT NULL,
  revised INTEGER NOT NULL,
  duplicates INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  took_s REAL NOT NULL,
  detail TEXT NOT NULL,
  sent TEXT NOT NULL,
  next_poll_at TEXT,
  next_poll_why TEXT NOT NULL,
  PRIMARY KEY (source_id, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE documents (
  source_id INTEGER PRIMARY KEY REFERENCES sources (id),
  entry_ids TEXT NOT NULL
) STRICT;
"""

# An entry that was pruned keeps its row without its texts: what refers to it, and its keys, stay good.
_ENTRIES = """
CREATE TABLE entries (
  id INTEGER PRIMARY KEY,
  source_id INTEGER NOT NULL REFERENCES sources (id),
  guid TEXT NOT NULL,
  short TEXT NOT NULL,
  first_seen_at TEXT NOT NULL,
  backfilled INTEGER NOT NULL,
  revision INTEGER NOT NULL DEFAULT 0,
  identity_reason TEXT NOT NULL,
  story_id INTEGER REFERENCES entries (id),
  duplicate_of INTEGER REFERENCES entries (id),
  story_reason TEXT,
  vanished_at TEXT,
  pruned_at TEXT,
  keys TEXT NOT NULL,
  title TEXT NOT NULL,
  url TEXT,
  link_key INTEGER,
  published_at TEXT,
  updated_at TEXT,
  date_reason TEXT,
  authors TEXT NOT NULL,
  summary TEXT NOT NULL,
  content_html TEXT NOT NULL,
  categories TEXT NOT NULL,
  enclosures TEXT NOT NULL,
  image_url TEXT,
  comments_url TEXT,
  language TEXT,
  rights TEXT,
  fingerprint TEXT NOT NULL,
  UNIQUE (source_id, guid)
) STRICT;
CREATE INDEX entries_short ON entries (short);
CREATE INDEX entries_link ON entries (link_key) WHERE link_key IS NOT NULL;
CREATE INDEX entries_seen ON entries (first_seen_at) WHERE pruned_at IS NULL;
CREATE INDEX entries_pruned ON entries (id) WHERE pruned_at IS NOT NULL;
CREATE INDEX entries_story ON entries (story_id) WHERE story_id IS NOT NULL;

CREATE TABLE entry_keys (
  digest INTEGER NOT NULL,
  entry_id INTEGER NOT NULL REFERENCES entries (id),
  PRIMARY KEY (digest, entry_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE short_aliases (
  short TEXT NOT NULL,
  entry_id INTEGER NOT NULL REFERENCES entries (id),
  PRIMARY KEY (short, entry_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE entry_revisions (
  entry_id INTEGER NOT NULL REFERENCES entries (id),
  revision INTEGER NOT NULL,
  replaced_at TEXT NOT NULL,
  reason TEXT NOT NULL,
  title TEXT NOT NULL,
  url TEXT,
  published_at TEXT,
  updated_at TEXT,
  authors TEXT NOT NULL,
  summary TEXT NOT NULL,
  content_html TEXT NOT NULL,
  categories TEXT NOT NULL,
  enclosures TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  PRIMARY KEY (entry_id, revision)
) STRICT;

CREATE TABLE arrivals (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  entry_id INTEGER NOT NULL REFERENCES entries (id),
  revised INTEGER NOT NULL
) STRICT;
"""

# `pending`: a match that may bring its subject into the feed and was not announced yet; announcing looks at these only.
_TOPICS = """
CREATE TABLE topics (
  topic TEXT PRIMARY KEY,
  feed_id TEXT NOT NULL,
  rule_digest TEXT,
  retired INTEGER NOT NULL DEFAULT 0,
  mode TEXT NOT NULL DEFAULT '',
  item_limit INTEGER NOT NULL DEFAULT 0,
  digest TEXT NOT NULL DEFAULT '',
  changed_at TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE topic_entries (
  topic TEXT NOT NULL,
  entry_id INTEGER NOT NULL REFERENCES entries (id),
  pending INTEGER NOT NULL,
  reason TEXT NOT NULL,
  matched_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now')),
  PRIMARY KEY (topic, entry_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX topic_entries_entry ON topic_entries (entry_id);
CREATE INDEX topic_entries_pending ON topic_entries (topic, entry_id) WHERE pending = 1;

CREATE TABLE ledger (
  subject_id INTEGER PRIMARY KEY REFERENCES entries (id),
  atom_id TEXT NOT NULL UNIQUE,
  url TEXT,
  published_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  lead_id INTEGER NOT NULL REFERENCES entries (id),
  first_announced_at TEXT NOT NULL
) STRICT;

CREATE TABLE announcements (
  topic TEXT NOT NULL,
  subject_id INTEGER NOT NULL REFERENCES ledger (subject_id),
  announced_at TEXT NOT NULL,
  PRIMARY KEY (topic, subject_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX announcements_newest ON announcements (topic, announced_at);
CREATE INDEX announcements_subject ON announcements (subject_id);
"""

_VIEWS = """
CREATE VIEW v_entries AS
SELECT e.*, s.source,
  story_source.source AS story_source, story.guid AS story_guid, story.short AS story_short,
  root_source.source AS root_source, root.guid AS root_guid,
  (SELECT json_group_array(topic) FROM (
    SELECT m.topic FROM topic_entries m LEFT JOIN topics t USING (topic)
    WHERE m.entry_id = e.id AND t.retired IS NOT 1 ORDER BY m.topic)) AS topics
FROM entries e JOIN sources s ON s.id = e.source_id
LEFT JOIN entries story ON story.id = e.story_id
LEFT JOIN sources story_source ON story_source.id = story.source_id
LEFT JOIN entries root ON root.id = e.duplicate_of
LEFT JOIN sources root_source ON root_source.id = root.source_id
WHERE e.pruned_at IS NULL;

CREATE VIEW v_topic_entries AS
SELECT m.topic, e.short AS entry, s.source, e.title, e.url, e.published_at, e.first_seen_at,
  story.short AS story, a.announced_at, m.matched_at, m.reason
FROM topic_entries m JOIN entries e ON e.id = m.entry_id JOIN sources s ON s.id = e.source_id
LEFT JOIN entries story ON story.id = e.story_id
LEFT JOIN announcements a ON a.topic = m.topic AND a.subject_id IN (e.id, e.story_id);

CREATE VIEW v_source_health AS
SELECT s.source, s.url, s.active, s.condition, s.entries, s.errors, s.first_error_at, s.last_ok_at, s.last_error,
  s.next_poll_at, s.next_poll_why, s.hold_until, p.at AS polled_at, p.outcome, p.status, p.new, p.revised,
  p.bytes, p.took_s
FROM sources s LEFT JOIN polls p ON p.source_id = s.id AND p.slot = (s.polls - 1) % 30;
"""


@MIGRATIONS(name="0001-first")
def _first(db: Database) -> None:
    for part in (_SOURCES, _ENTRIES, _TOPICS, _VIEWS):
        db.executescript(part)


@MIGRATIONS(name="0002-scheduling")
def _scheduling(db: Database) -> None:
    db.executescript(SCHEDULING)


@MIGRATIONS(name="0003-paces")
def _paces(db: Database) -> None:
    db.executescript(PACES)


@MIGRATIONS(name="0007-findings-and-full-texts")
def _findings(db: Database) -> None:
    db.execute("ALTER TABLE sources ADD COLUMN findings TEXT")
    db.executescript(FULL_TEXTS)


@MIGRATIONS(name="0010-items")
def _items(db: Database) -> None:
    # By digest: the row of its entry, the guid that it names, and the one that its entry is stored under.
    db.execute("ALTER TABLE documents ADD COLUMN items TEXT NOT NULL DEFAULT '{}'")
    db.execute("ALTER TABLE documents ADD COLUMN frame TEXT NOT NULL DEFAULT ''")
