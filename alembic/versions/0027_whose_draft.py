"""In whose hands a draft is, beside who wrote its words: a colleague takes it over knowingly."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("draft", sa.Column("holder_id", sa.String(32), nullable=True))
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        op.execute("UPDATE draft SET holder_id = author_id")
        return
    for office in connection.execute(sa.text("SELECT id FROM office")).scalars().all():
        connection.execute(sa.text("SELECT set_config('inbox.office', :office, true)"), {"office": office})
        op.execute("UPDATE draft SET holder_id = author_id")


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
