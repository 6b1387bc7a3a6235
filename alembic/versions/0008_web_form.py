"""The public form: answers on their way, proofs of addresses, sites that may show it, a link's own check."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INSIDE = ("form_session", "form_file", "address_proof")


def upgrade() -> None:
    op.create_table(
        "form_session",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("key_hash"),
    )
    op.create_index("ix_form_session_office_id", "form_session", ["office_id"])
    op.create_table(
        "form_file",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_form_file_office_id", "form_file", ["office_id"])
    op.create_index("ix_form_file_key_hash", "form_file", ["key_hash"])
    op.create_table(
        "address_proof",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_address_proof_office_id", "address_proof", ["office_id"])
    op.create_index("address_proof_of", "address_proof", ["office_id", "address"])
    op.add_column("status_link", sa.Column("answer", sa.String(length=254), nullable=True))
    sites = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
    op.add_column("office", sa.Column("embed_sites", sites, nullable=True))
    if op.get_bind().dialect.name == "postgresql":
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
