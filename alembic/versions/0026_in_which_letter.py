"""In which letter a danger was seen, whether a case's title is a threat's words, and whether it is answered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
_READ = ["is_restricted", "assignee_id", "team_id", "status", "kind"]
_DANGERS = ("threat", "self-harm", "safeguarding", "domestic-abuse")
_ANSWERS = "('first_reply', 'next_update', 'referral')"


def upgrade() -> None:
    op.add_column("message", sa.Column("risks", JSON, nullable=False, server_default="[]"))
    op.add_column(
        "case", sa.Column("is_title_hidden", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("case", sa.Column("in_danger", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("case", sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("case", sa.Column("wrote_again_at", sa.DateTime(timezone=True), nullable=True))
    where = sa.text("in_danger AND status NOT IN ('resolved', 'closed')")
    keys = ["office_id", "rank", "received_at", "id", *_READ]
    op.create_index("case_danger", "case", keys, postgresql_where=where, sqlite_where=where)
    fill()


def fill() -> None:
    """What the new columns say of the cases that are there."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        _fill()
        return
    for office in connection.execute(sa.text("SELECT id FROM office")).scalars().all():
        connection.execute(sa.text("SELECT set_config('inbox.office', :office, true)"), {"office": office})
        _fill()


def _fill() -> None:
    """What was hidden until now stays hidden, until a person says that it is no threat."""
    flagged = 'SELECT id FROM "case" WHERE CAST(flags AS VARCHAR) LIKE \'%"{}"%\''
    for combined in (("threat", "self-harm"), ("threat",), ("self-harm",)):
        among = " AND ".join(f"case_id IN ({flagged.format(risk)})" for risk in combined)
        words = ", ".join(f'"{risk}"' for risk in sorted(combined))
        op.execute(
            f"UPDATE message SET risks = '[{words}]' "
            f"WHERE direction = 'inbound' AND machine IS NULL AND CAST(risks AS VARCHAR) = '[]' AND {among}"
        )
    op.execute(f'UPDATE "case" SET is_title_hidden = true WHERE id IN ({flagged.format("threat")})')
    any_danger = " OR ".join(f"CAST(flags AS VARCHAR) LIKE '%\"{danger}\"%'" for danger in _DANGERS)
    op.execute(f'UPDATE "case" SET in_danger = true WHERE {any_danger}')
    met = f'FROM clock WHERE clock.case_id = "case".id AND clock.kind IN {_ANSWERS} AND met_at IS NOT NULL'
    answered = f'UPDATE "case" SET answered_at = (SELECT max(met_at) {met})'
    op.execute(f"{answered} WHERE status NOT IN ('resolved', 'closed')")


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
