"""Indexes for what is asked again and again of tables that only grow."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _partial("case_of_campaign", "case", ["office_id", "campaign"], "campaign IS NOT NULL")
    _partial("event_alerted", "event", ["office_id", "at"], "kind = 'alerted'")
    _partial("event_of_actor", "event", ["office_id", "actor_id", "sequence"], "actor_id IS NOT NULL")
    _partial("delivery_notice", "delivery", ["office_id", "queued_at"], "purpose = 'notice'")
    op.create_index("view_of_staff", "view", ["staff_id", "at"])


def _partial(name: str, table: str, keys: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, keys, postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
