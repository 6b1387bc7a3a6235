"""What can be found by words: FTS5 on SQLite, a GIN-indexed tsvector on PostgreSQL.

Words are folded by `inbox.search` before they are stored, so both find the same.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQLITE = (
    "CREATE VIRTUAL TABLE search_index USING fts5(words, office_id, content='search_entry', "
    "content_rowid='number', tokenize='unicode61 remove_diacritics 0', detail='column')",
    "CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN "
    "INSERT INTO search_index(rowid, words, office_id) VALUES (new.number, new.words, new.office_id); END",
    "CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN "
    "INSERT INTO search_index(search_index, rowid, words, office_id) "
    "VALUES ('delete', old.number, old.words, old.office_id); END",
    "CREATE TRIGGER search_entry_changed AFTER UPDATE ON search_entry BEGIN "
    "INSERT INTO search_index(search_index, rowid, words, office_id) "
    "VALUES ('delete', old.number, old.words, old.office_id); "
    "INSERT INTO search_index(rowid, words, office_id) VALUES (new.number, new.words, new.office_id); END",
)

POSTGRESQL = (
    "ALTER TABLE search_entry ADD COLUMN search_index tsvector "
    "GENERATED ALWAYS AS (array_to_tsvector(string_to_array(words, ' '))) STORED",
    "CREATE INDEX search_index_words ON search_entry USING gin (search_index)",
    "CREATE INDEX search_index_newest ON search_entry (office_id, number DESC)",
)


def upgrade() -> None:
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
