"""Indexes for what is looked for all day: what waits on a timetable, the newest of a channel, whom was asked."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _partial("delivery_uncopied", "delivery", ["office_id", "id"], "needs_sent_copy AND NOT state <> 'sent'")
    _partial("attachment_held", "attachment", ["office_id", "id"], "scan = 'held'")
    _partial("draft_file_held", "draft_file", ["office_id", "id"], "scan = 'held'")
    _partial("job_finished", "job", ["finished_at"], "finished_at IS NOT NULL")
    _partial("case_in_turn", "case", ["office_id", "id"], "status NOT IN ('resolved', 'closed')")
    op.create_index("arrival_of_channel", "arrival", ["channel_id", "id"])
    op.create_index("enquiry_address", "enquiry", ["office_id", "address"])


def _partial(name: str, table: str, keys: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, keys, postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
