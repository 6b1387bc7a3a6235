"""What comes by hand: a letter's reading beside what a program made of it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0009"
branch_labels = None
depends_on = None

EDITS = sa.text("edit_of IS NOT NULL")


def upgrade() -> None:
    op.add_column("message", sa.Column("forwarded_by", sa.String(length=254), nullable=True))
    op.create_index("message_edits", "message", ["edit_of"], postgresql_where=EDITS, sqlite_where=EDITS)


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
