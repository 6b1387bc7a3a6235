"""Row-level security on PostgreSQL: a session sees the rows of its own office, and without one none.

The tables that are looked up before the office is known hold ids only and stay outside, as does
`office` itself, the list of tenants.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSIDE = (
    "approval",
    "arrival",
    "attachment",
    "case",
    "chain_head",
    "channel",
    "clock",
    "constituent",
    "decision",
    "delivery",
    "draft",
    "draft_version",
    "enquiry",
    "event",
    "handle",
    "message",
    "once_key",
    "rule",
    "search_entry",
    "staff",
    "status_link",
    "team",
    "team_member",
    "template",
    "view",
)


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
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
