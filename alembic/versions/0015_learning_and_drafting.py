"""What offices taught, what drafting models proposed, why answers were sent back, piles that were joined."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = ("lesson", "office_learning", "draft_proposal")


def key(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=32), nullable=nullable)


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def moment(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def belongs(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], initially="DEFERRED", deferrable=True)


def upgrade() -> None:
    _lessons()
    _proposals()
    _piles()
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in TABLES:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(
            f'CREATE POLICY own_office ON "{table}" '
            "USING (office_id = current_setting('inbox.office', true)) "
            "WITH CHECK (office_id = current_setting('inbox.office', true))"
        )


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")


def _lessons() -> None:
    op.create_table(
        "lesson",
        key("id"),
        key("office_id"),
        key("case_id"),
        key("message_id"),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("labels", JSON, nullable=False),
        sa.Column("is_counted", sa.Boolean(), nullable=False),
        sa.Column("counted", JSON, nullable=False),
        sa.Column("counted_as", sa.String(length=10), nullable=True),
        moment("at"),
        belongs("office_id", "office.id"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_lesson_office_id", "lesson", ["office_id"])
    op.create_index("lesson_of_case", "lesson", ["office_id", "case_id"], unique=True)
    op.create_table(
        "office_learning",
        key("office_id"),
        number("version"),
        number("reads"),
        sa.Column("counts", sa.LargeBinary(), nullable=True),
        number("read_to"),
        number("begins_at"),
        moment("changed_at", nullable=True),
        moment("reset_at", nullable=True),
        belongs("office_id", "office.id"),
        sa.PrimaryKeyConstraint("office_id"),
    )


def _proposals() -> None:
    op.create_table(
        "draft_proposal",
        key("id"),
        key("office_id"),
        key("case_id"),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        key("asked_by", nullable=True),
        moment("asked_at"),
        moment("answered_at", nullable=True),
        moment("decided_at", nullable=True),
        belongs("office_id", "office.id"),
        belongs("case_id", "case.id"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_draft_proposal_office_id", "draft_proposal", ["office_id"])
    op.create_index("ix_draft_proposal_case_id", "draft_proposal", ["case_id"])


def _piles() -> None:
    op.add_column("campaign_answer", key("returned_by", nullable=True))
    op.add_column("campaign_answer", sa.Column("returned_note", sa.Text(), nullable=True))
    op.add_column("campaign_copy", key("moved_from", nullable=True))
