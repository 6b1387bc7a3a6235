"""Every queue in the order of points: campaign copies and all open cases too."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_READ = ["is_restricted", "assignee_id", "team_id", "status", "kind"]


def upgrade() -> None:
    op.drop_index("case_campaign_recent", table_name="case")
    _ordered("case_campaign_first", "kind = 'campaign' AND status NOT IN ('resolved', 'closed')")
    _ordered("case_open", "status NOT IN ('resolved', 'closed')")


def _ordered(name: str, condition: str) -> None:
    where, keys = sa.text(condition), ["office_id", "rank", "received_at", "id"]
    op.create_index(name, "case", [*keys, *_READ], postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
