"""Words in a row are found by the search index of PostgreSQL itself.

Each two neighbouring words get a code too, so that a phrase of common words is not looked for in every message
that has them somewhere. Sixteen bits are enough: what the index gives is checked on the words themselves.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_FUNCTIONS = (
    "CREATE FUNCTION search_pairs(office text, words text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE "
    "RETURN array_to_tsvector(ARRAY(SELECT DISTINCT "
    "left(encode(sha256(convert_to(office || word || ' ' || next, 'UTF8')), 'hex'), 4) "
    "FROM (SELECT word, lead(word) OVER (ORDER BY place) AS next "
    "FROM unnest(string_to_array(btrim(words), ' ')) WITH ORDINALITY AS all_words (word, place)) AS pairs "
    "WHERE next IS NOT NULL))",
    "CREATE OR REPLACE FUNCTION search_entry_follow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF TG_OP <> 'INSERT' THEN DELETE FROM search_index WHERE number = old.number; END IF; "
    "IF TG_OP <> 'DELETE' THEN INSERT INTO search_index (number, codes) "
    "VALUES (new.number, search_codes(new.office_id, new.words) || search_pairs(new.office_id, new.words) "
    "|| array_to_tsvector(ARRAY['n' || (new.number >> 16)])); END IF; "
    "RETURN NULL; END $$",
)
_FILL = (
    "UPDATE search_index SET codes = codes || search_pairs(search_entry.office_id, search_entry.words) "
    "FROM search_entry WHERE search_entry.number = search_index.number"
)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        return
    for statement in _FUNCTIONS:
        op.execute(statement)
    op.execute("DROP INDEX search_index_codes")  # made anew below: quicker than to follow every row
    for office in connection.execute(sa.text("SELECT id FROM office")).scalars().all():
        connection.execute(sa.text("SELECT set_config('inbox.office', :office, true)"), {"office": office})
        op.execute(_FILL)
    op.execute(
        "CREATE INDEX search_index_codes ON search_index USING gin (codes) WITH (gin_pending_list_limit = 512)"
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
