"""Every reference to a row that mail brings is found by an index.

SQLite looks for the rows that point at a new row when references are checked at the commit: without an index it
read all messages for each new constituent, and an import slowed down with every letter that was there before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _some("message_of_person", "message", "constituent_id")
    _some("case_merged", "case", "merged_into")
    _some("delivery_of_message", "delivery", "message_id")
    _some("campaign_recipient_of_delivery", "campaign_recipient", "delivery_id")
    _some("status_link_of_person", "status_link", "constituent_id")
    op.create_index("ix_campaign_recipient_constituent_id", "campaign_recipient", ["constituent_id"])
    op.create_index("ix_address_proof_case_id", "address_proof", ["case_id"])


def _some(name: str, table: str, column: str) -> None:
    where = sa.text(f"{column} IS NOT NULL")
    op.create_index(name, table, [column], postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
