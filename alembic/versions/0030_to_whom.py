"""Whether what staff wrote in another program went to the person on the case, or to somebody else."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_PERSON = 'SELECT constituent_id FROM "case" WHERE "case".id = message.case_id'
_HANDLE = (
    f"SELECT 1 FROM handle WHERE handle.constituent_id = ({_PERSON}) "
    "AND CAST(message.recipients AS VARCHAR) LIKE '%\"' || handle.address || '\"%'"
)
_ELSEWHERE = (
    "direction = 'outbound' AND constituent_id IS NULL AND machine IS NULL AND case_id IS NOT NULL "
    "AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.message_id = message.id)"
)
_IN_CONVERSATION = "CAST(recipients AS VARCHAR) = '[]' AND thread IS NOT NULL"


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        fill()
        return
    for office in connection.execute(sa.text("SELECT id FROM office")).scalars().all():
        connection.execute(sa.text("SELECT set_config('inbox.office', :office, true)"), {"office": office})
        fill()


def fill() -> None:
    """What went to the person is theirs; what went to a colleague or an organisation stays nobody's."""
    op.execute(
        f"UPDATE message SET constituent_id = ({_PERSON}) "
        f"WHERE {_ELSEWHERE} AND ({_IN_CONVERSATION} OR EXISTS ({_HANDLE}))"
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
