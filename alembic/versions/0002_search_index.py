"""What can be found by words: FTS5 on SQLite, GIN on PostgreSQL.

Words are folded by `inbox.search` before they are stored, so both find the same. Neither index keeps
positions: what it gives is checked on the stored words themselves, alike on both.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQLITE = (
    "CREATE VIRTUAL TABLE search_index USING fts5(words, content='search_entry', "
    "content_rowid='number', tokenize=\"ascii tokenchars ':'\", detail='none')",
    "CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN "
    "INSERT INTO search_index(rowid, words) VALUES (new.number, new.words); END",
    "CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN "
    "INSERT INTO search_index(search_index, rowid, words) VALUES ('delete', old.number, old.words); END",
    "CREATE TRIGGER search_entry_changed AFTER UPDATE ON search_entry BEGIN "
    "INSERT INTO search_index(search_index, rowid, words) VALUES ('delete', old.number, old.words); "
    "INSERT INTO search_index(rowid, words) VALUES (new.number, new.words); END",
)

# PostgreSQL uses no index for `@@` on a table with row-level security (the operator is not leakproof),
# so the index stands in a table of its own, which holds hashes salted with the office instead of words:
# the first half of a code stands for a word's first four letters, the second for the whole word.
# One more code names the stretch of 65,536 entries that an entry lies in, so that the newest can be asked first.
POSTGRESQL = (
    "CREATE INDEX search_index_newest ON search_entry (office_id, number DESC)",
    "CREATE TABLE search_index (number bigint PRIMARY KEY, codes tsvector NOT NULL) "
    "WITH (toast_tuple_target = 128)",
    # Kept apart from the row, so that thousands of hits lie on few pages.
    "ALTER TABLE search_index ALTER COLUMN codes SET STORAGE EXTERNAL",
    "CREATE INDEX search_index_codes ON search_index USING gin (codes) WITH (gin_pending_list_limit = 512)",
    "CREATE FUNCTION search_code(office text, word text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE "
    "RETURN left(encode(sha256(convert_to(office || left(word, 4 + strpos(word, ':')), 'UTF8')), "
    "'hex'), 8) "
    "|| left(encode(sha256(convert_to(office || word, 'UTF8')), 'hex'), 8)",
    "CREATE FUNCTION search_codes(office text, words text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE "
    "RETURN array_to_tsvector(ARRAY(SELECT DISTINCT search_code(office, word) "
    "FROM unnest(string_to_array(btrim(words), ' ')) AS word))",
    "CREATE FUNCTION search_entry_follow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF TG_OP <> 'INSERT' THEN DELETE FROM search_index WHERE number = old.number; END IF; "
    "IF TG_OP <> 'DELETE' THEN INSERT INTO search_index (number, codes) "
    "VALUES (new.number, search_codes(new.office_id, new.words) "
    "|| array_to_tsvector(ARRAY['n' || (new.number >> 16)])); END IF; "
    "RETURN NULL; END $$",
    "CREATE TRIGGER search_entry_changed AFTER INSERT OR UPDATE OR DELETE ON search_entry "
    "FOR EACH ROW EXECUTE FUNCTION search_entry_follow()",
)


def upgrade() -> None:
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
