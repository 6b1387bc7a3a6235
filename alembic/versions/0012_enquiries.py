"""The contact directory, permissions to ask, and the steps of the chase ladder."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSIDE = ("body", "body_version", "consent", "enquiry_step")


def key(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], initially="DEFERRED", deferrable=True)


def only(condition: str) -> dict[str, sa.TextClause]:
    return {"postgresql_where": sa.text(condition), "sqlite_where": sa.text(condition)}


def words(name: str, length: int | None = None, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=null)


def moment(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def upgrade() -> None:
    _directory()
    _consents()
    _ladder()
    op.create_index("clock_of_enquiry", "clock", ["enquiry_id"], **only("enquiry_id IS NOT NULL"))
    op.create_index(
        "clock_waited_for",
        "clock",
        ["office_id", "due_at"],
        **only("enquiry_id IS NOT NULL AND met_at IS NULL AND cancelled_at IS NULL"),
    )
    if op.get_bind().dialect.name == "postgresql":
        _wall()


def _directory() -> None:
    op.create_table(
        "body",
        words("office_id", 32),
        words("id", 32),
        words("name", 200),
        words("key", 200),
        sa.Column("other_names", JSON, nullable=False),
        words("email", 254, null=True),
        sa.Column("post", sa.Text(), nullable=True),
        words("hotline", 60, null=True),
        words("hotline_email", 254, null=True),
        words("minister", 200, null=True),
        words("minister_email", 254, null=True),
        sa.Column("escalation", JSON, nullable=False),
        words("nation", 20, null=True),
        words("consent", 8, null=True),
        words("third_party_consent", 8, null=True),
        sa.Column("target", sa.Integer(), nullable=True),
        words("unit", 16),
        sa.Column("version", sa.Integer(), nullable=False),
        moment("changed_at"),
        moment("retired_at", null=True),
        key("office_id", "office.id"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("office_id", "key"),
    )
    op.create_index("ix_body_office_id", "body", ["office_id"])
    op.create_table(
        "body_version",
        words("office_id", 32),
        words("id", 32),
        words("body_id", 32),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        words("source", 200),
        words("changed_by", 32, null=True),
        moment("changed_at"),
        key("office_id", "office.id"),
        key("body_id", "body.id"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("body_id", "version"),
    )
    op.create_index("ix_body_version_office_id", "body_version", ["office_id"])


def _consents() -> None:
    op.create_table(
        "consent",
        words("office_id", 32),
        words("id", 32),
        words("case_id", 32),
        sa.Column("bodies", JSON, nullable=False),
        words("kind", 8),
        words("given_by", 200),
        words("on_behalf_of", 200, null=True),
        moment("given_at"),
        words("evidence_message_id", 32, null=True),
        words("evidence_file_id", 32, null=True),
        sa.Column("note", sa.Text(), nullable=False),
        moment("ends_at", null=True),
        words("recorded_by", 32, null=True),
        moment("recorded_at"),
        moment("withdrawn_at", null=True),
        key("office_id", "office.id"),
        key("case_id", "case.id"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_consent_office_id", "consent", ["office_id"])
    op.create_index("ix_consent_case_id", "consent", ["case_id"])


def _ladder() -> None:
    for column in (
        words("body_id", 32, null=True),
        sa.Column("unit", sa.String(length=16), nullable=False, server_default="working_days"),
        words("nation", 20, null=True),
        sa.Column("without_consent", sa.Text(), nullable=True),
        moment("looked_at", null=True),
        moment("next_step_at", null=True),
    ):
        op.add_column("enquiry", column)
    op.create_index("ix_enquiry_body_id", "enquiry", ["body_id"])
    op.create_index(
        "enquiry_goes_on", "enquiry", ["office_id", "next_step_at"], **only("next_step_at IS NOT NULL")
    )
    op.create_table(
        "enquiry_step",
        words("office_id", 32),
        words("id", 32),
        words("enquiry_id", 32),
        words("rung", 10),
        words("draft_id", 32, null=True),
        sa.Column("words", sa.Text(), nullable=False),
        moment("came_up_at"),
        words("brought_by", 32, null=True),
        moment("done_at", null=True),
        words("done_by", 32, null=True),
        words("ending", 12, null=True),
        key("office_id", "office.id"),
        key("enquiry_id", "enquiry.id"),
        key("draft_id", "draft.id"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("enquiry_id", "rung"),
    )
    op.create_index("ix_enquiry_step_office_id", "enquiry_step", ["office_id"])
    op.create_index("ix_enquiry_step_draft_id", "enquiry_step", ["draft_id"])
    op.create_index("enquiry_step_open", "enquiry_step", ["office_id", "id"], **only("done_at IS NULL"))


def _wall() -> None:
    """As 0003: a session sees and writes only its own office's rows."""
    for table in INSIDE:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(
            f'CREATE POLICY own_office ON "{table}" '
            "USING (office_id = current_setting('inbox.office', true)) "
            "WITH CHECK (office_id = current_setting('inbox.office', true))"
        )


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
