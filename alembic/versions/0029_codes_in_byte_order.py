"""Postcodes in the order of their letters on PostgreSQL too, so that those of a district stand together."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute('ALTER TABLE area ALTER COLUMN code TYPE varchar(10) COLLATE "C"')


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
