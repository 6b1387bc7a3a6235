"""What people at the desk add: files on drafts, standard lines, linked cases, mail that was dealt with."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSIDE = ("case_link", "draft_file", "standard_line")


def only(condition: str) -> dict[str, sa.TextClause]:
    return {"postgresql_where": sa.text(condition), "sqlite_where": sa.text(condition)}


def key(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], initially="DEFERRED", deferrable=True)


def upgrade() -> None:
    op.create_table(
        "case_link",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("other_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        key("office_id", "office.id"),
        key("case_id", "case.id"),
        key("other_id", "case.id"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("case_id", "other_id"),
    )
    op.create_index("ix_case_link_office_id", "case_link", ["office_id"], unique=False)
    op.create_index("ix_case_link_other_id", "case_link", ["other_id"], unique=False)
    op.create_table(
        "draft_file",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("draft_id", sa.String(length=32), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(length=127), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("scan", sa.String(length=12), nullable=False),
        sa.Column("added_by", sa.String(length=32), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        key("office_id", "office.id"),
        key("draft_id", "draft.id"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_draft_file_office_id", "draft_file", ["office_id"], unique=False)
    op.create_index("ix_draft_file_draft_id", "draft_file", ["draft_id"], unique=False)
    op.create_table(
        "standard_line",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=True),
        sa.Column("english", sa.Text(), nullable=False),
        sa.Column("welsh", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.String(length=32), nullable=True),
        sa.Column("good_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.String(length=32), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("written_by", sa.String(length=32), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        key("office_id", "office.id"),
        key("owner_id", "staff.id"),
        key("approved_by", "staff.id"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("office_id", "number", "version"),
    )
    op.create_index("ix_standard_line_office_id", "standard_line", ["office_id"], unique=False)

    op.add_column("handle", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "web_session", sa.Column("browser", sa.String(length=60), nullable=False, server_default="")
    )
    op.add_column("message", sa.Column("dealt_with_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_index("message_loose", table_name="message")
    op.create_index(
        "message_loose",
        "message",
        ["office_id", "id"],
        unique=False,
        **only("case_id IS NULL AND dealt_with_at IS NULL"),
    )
    if op.get_bind().dialect.name == "postgresql":
        _wall()


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
