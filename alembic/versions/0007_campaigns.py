"""Campaigns: texts and what they are known by, copies, the one answer and its list."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = ("campaign", "campaign_print", "campaign_copy", "campaign_answer", "campaign_recipient")


def belongs(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], initially="DEFERRED", deferrable=True)


def key(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=32), nullable=nullable)


def moment(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    _campaigns()
    _copies()
    _answers()
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


def _campaigns() -> None:
    op.create_table(
        "campaign",
        key("id"),
        key("office_id"),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        key("template_id"),
        sa.Column("is_settled", sa.Boolean(), nullable=False),
        sa.Column("answers_late", sa.Boolean(), nullable=False),
        moment("created_at"),
        moment("updated_at"),
        moment("closed_at", nullable=True),
        belongs("office_id", "office.id"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("office_id", "slug"),
    )
    op.create_index("ix_campaign_office_id", "campaign", ["office_id"])
    op.create_table(
        "campaign_print",
        key("office_id"),
        sa.Column("print", sa.BigInteger(), nullable=False),
        key("text_id"),
        belongs("office_id", "office.id"),
        sa.PrimaryKeyConstraint("office_id", "print", "text_id"),
        sqlite_with_rowid=False,
    )


def _copies() -> None:
    op.create_table(
        "campaign_copy",
        key("office_id"),
        key("message_id"),
        key("text_id"),
        key("campaign_id", nullable=True),
        key("case_id"),
        sa.Column("core", sa.BigInteger(), nullable=False),
        sa.Column("likeness", sa.Integer(), nullable=False),
        sa.Column("added", JSON, nullable=False),
        sa.Column("removed", JSON, nullable=False),
        sa.Column("added_words", sa.Integer(), nullable=False),
        sa.Column("hides", sa.Boolean(), nullable=False),
        sa.Column("reading", sa.String(length=16), nullable=False),
        sa.Column("is_by_hand", sa.Boolean(), nullable=False),
        moment("joined_at"),
        belongs("office_id", "office.id"),
        belongs("message_id", "message.id"),
        belongs("campaign_id", "campaign.id"),
        belongs("case_id", "case.id"),
        sa.PrimaryKeyConstraint("message_id"),
    )
    op.create_index("ix_campaign_copy_office_id", "campaign_copy", ["office_id"])
    op.create_index("campaign_copy_of_text", "campaign_copy", ["text_id"])
    op.create_index("campaign_copy_of_campaign", "campaign_copy", ["campaign_id", "message_id"])
    op.create_index("campaign_copy_of_case", "campaign_copy", ["case_id"])


def _answers() -> None:
    op.create_table(
        "campaign_answer",
        key("id"),
        key("office_id"),
        key("campaign_id"),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        key("identity"),
        key("author_id", nullable=True),
        sa.Column("writers", JSON, nullable=False),
        sa.Column("template", sa.String(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        key("approved_by", nullable=True),
        moment("approved_at", nullable=True),
        moment("leaves_at", nullable=True),
        key("stopped_by", nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        moment("created_at"),
        moment("updated_at"),
        belongs("office_id", "office.id"),
        belongs("campaign_id", "campaign.id"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_campaign_answer_office_id", "campaign_answer", ["office_id"])
    op.create_index("ix_campaign_answer_campaign_id", "campaign_answer", ["campaign_id"])
    op.create_table(
        "campaign_recipient",
        key("id"),
        key("office_id"),
        key("answer_id"),
        key("constituent_id"),
        key("case_id"),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("why", sa.String(length=24), nullable=True),
        key("delivery_id", nullable=True),
        belongs("office_id", "office.id"),
        belongs("answer_id", "campaign_answer.id"),
        belongs("constituent_id", "constituent.id"),
        belongs("case_id", "case.id"),
        belongs("delivery_id", "delivery.id"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("answer_id", "constituent_id"),
    )
    op.create_index("ix_campaign_recipient_office_id", "campaign_recipient", ["office_id"])
    op.create_index("campaign_recipient_of_case", "campaign_recipient", ["case_id"])
    op.create_index("campaign_recipient_by_state", "campaign_recipient", ["answer_id", "state", "id"])
