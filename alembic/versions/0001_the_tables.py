"""The tables, on both databases."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def only(condition: str) -> dict[str, sa.TextClause]:
    return {"postgresql_where": sa.text(condition), "sqlite_where": sa.text(condition)}


def upgrade() -> None:
    op.create_table(
        "access_token",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("scope", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("token_hash"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_access_token_office_id", "access_token", ["office_id"], unique=False)

    op.create_table(
        "area",
        sa.Column("boundaries", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("constituency", sa.String(), nullable=False),
        sa.Column("member", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("boundaries", "code"),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("job_due", "job", ["due_at", "id"], unique=False, **only("finished_at IS NULL"))
    op.create_index("job_once", "job", ["kind", "subject_id"], unique=True, **only("finished_at IS NULL"))

    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "office",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("slug", sa.String(length=63), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("nation", sa.String(length=20), nullable=False),
        sa.Column("constituency", sa.String(), nullable=True),
        sa.Column("member", sa.String(), nullable=True),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("hours", JSON, nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("privacy_url", sa.String(), nullable=True),
        sa.Column("signature", sa.Text(), nullable=True),
        sa.Column("named_lead", sa.String(length=32), nullable=True),
        sa.Column("approval_office", sa.String(length=8), nullable=False),
        sa.Column("undo_seconds", sa.Integer(), nullable=False),
        sa.Column("languages", JSON, nullable=False),
        sa.Column("system_channel", sa.String(length=32), nullable=True),
        sa.Column("prefix", sa.String(length=6), nullable=False),
        sa.Column("sending_paused", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
    )
    op.create_table(
        "presence",
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("doing", sa.String(length=12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", "case_id"),
    )
    op.create_index("ix_presence_case_id", "presence", ["case_id"], unique=False)

    op.create_table(
        "sign_in_address",
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("address_hash"),
    )
    op.create_index("ix_sign_in_address_office_id", "sign_in_address", ["office_id"], unique=False)

    op.create_table(
        "sign_in_try",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "status_link_key",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("link_id", sa.String(length=32), nullable=False),
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_status_link_key_office_id", "status_link_key", ["office_id"], unique=False)

    op.create_table(
        "tick",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("slot", sa.String(length=32), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", "slot"),
    )
    op.create_table(
        "web_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("is_full", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_web_session_staff_id", "web_session", ["staff_id"], unique=False)

    op.create_table(
        "chain_head",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("office_id"),
    )
    op.create_table(
        "channel",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("account", sa.String(length=254), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("mode_reason", sa.String(), nullable=True),
        sa.Column("mode_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settings", JSON, nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_ok_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("needs_attention", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("office_id", "name"),
    )
    op.create_index("ix_channel_office_id", "channel", ["office_id"], unique=False)

    op.create_table(
        "constituent",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("postcode", sa.String(length=10), nullable=True),
        sa.Column("postcode_typed", sa.Boolean(), nullable=False),
        sa.Column("constituency", sa.String(length=12), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("safe_contact", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_constituent_office_id", "constituent", ["office_id"], unique=False)

    op.create_table(
        "event",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("actor_kind", sa.String(length=12), nullable=False),
        sa.Column("actor_id", sa.String(length=32), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("detail", JSON, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("office_id", "sequence"),
    )
    op.create_index("event_of_case", "event", ["case_id", "sequence"], unique=False)
    op.create_index("ix_event_office_id", "event", ["office_id"], unique=False)

    op.create_table(
        "once_key",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", JSON, nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_once_key_office_id", "once_key", ["office_id"], unique=False)

    op.create_table(
        "rule",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("office_id", "name"),
    )
    op.create_index("ix_rule_office_id", "rule", ["office_id"], unique=False)

    op.create_table(
        "staff",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("roles", JSON, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("totp_secret", sa.Text(), nullable=True),
        sa.Column("totp_last_step", sa.Integer(), nullable=False),
        sa.Column("preferences", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("office_id", "email"),
    )
    op.create_index("ix_staff_office_id", "staff", ["office_id"], unique=False)

    op.create_table(
        "team",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("office_id", "name"),
    )
    op.create_index("ix_team_office_id", "team", ["office_id"], unique=False)

    op.create_table(
        "template",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=True),
        sa.Column("is_line", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("expires_on", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("office_id", "name", "language"),
    )
    op.create_index("ix_template_office_id", "template", ["office_id"], unique=False)

    op.create_table(
        "view",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("batch", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_view_office_id", "view", ["office_id"], unique=False)
    op.create_index("view_of_case", "view", ["case_id", "id"], unique=False)

    op.create_table(
        "arrival",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=254), nullable=False),
        sa.Column("external_id", sa.String(length=512), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("raw_hash", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("hints", JSON, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("message_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel_id", "account", "external_id"),
    )
    op.create_index(
        "arrival_unfinished", "arrival", ["office_id", "state", "id"], unique=False, **only("state <> 'done'")
    )
    op.create_index("ix_arrival_office_id", "arrival", ["office_id"], unique=False)

    op.create_table(
        "case",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("priority", sa.String(length=10), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("topics", JSON, nullable=False),
        sa.Column("flags", JSON, nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("is_restricted", sa.Boolean(), nullable=False),
        sa.Column("team_id", sa.String(length=32), nullable=True),
        sa.Column("assignee_id", sa.String(length=32), nullable=True),
        sa.Column("channel_id", sa.String(length=32), nullable=True),
        sa.Column("constituent_id", sa.String(length=32), nullable=True),
        sa.Column("campaign", sa.String(length=80), nullable=True),
        sa.Column("merged_into", sa.String(length=32), nullable=True),
        sa.Column("message_count", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("waiting_for", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("outcome_note", sa.Text(), nullable=True),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["assignee_id"], ["staff.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(
            ["constituent_id"], ["constituent.id"], initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["merged_into"], ["case.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("office_id", "reference"),
    )
    op.create_index(
        "case_assigned",
        "case",
        ["office_id", "assignee_id", "urgency", "next_due_at", "id", "is_restricted", "team_id", "status"],
        unique=False,
        **only("status NOT IN ('resolved', 'closed')"),
    )
    op.create_index(
        "case_campaign",
        "case",
        [
            "office_id",
            "campaign",
            "updated_at",
            "id",
            "is_restricted",
            "assignee_id",
            "team_id",
            "status",
            "kind",
        ],
        unique=False,
        **only("kind = 'campaign' AND status NOT IN ('resolved', 'closed')"),
    )
    op.create_index(
        "case_campaign_recent",
        "case",
        ["office_id", "updated_at", "id", "is_restricted", "assignee_id", "team_id", "status", "kind"],
        unique=False,
        **only("kind = 'campaign' AND status NOT IN ('resolved', 'closed')"),
    )
    op.create_index(
        "case_due",
        "case",
        ["office_id", "next_due_at", "id", "is_restricted", "assignee_id", "team_id", "status", "kind"],
        unique=False,
        **only("status NOT IN ('resolved', 'closed') AND kind NOT IN ('spam', 'campaign')"),
    )
    op.create_index("case_of_person", "case", ["constituent_id", "id"], unique=False)
    op.create_index("case_recent", "case", ["office_id", "updated_at", "id"], unique=False)
    op.create_index(
        "case_spam",
        "case",
        ["office_id", "updated_at", "id", "is_restricted", "assignee_id", "team_id", "status", "kind"],
        unique=False,
        **only("kind = 'spam' AND status NOT IN ('resolved', 'closed')"),
    )
    op.create_index(
        "case_to_sort",
        "case",
        [
            "office_id",
            "urgency",
            "received_at",
            "id",
            "is_restricted",
            "assignee_id",
            "team_id",
            "status",
            "kind",
        ],
        unique=False,
        **only("status = 'new' AND kind NOT IN ('spam', 'campaign')"),
    )
    op.create_index(
        "case_waiting",
        "case",
        ["office_id", "updated_at", "id", "is_restricted", "assignee_id", "team_id", "status", "kind"],
        unique=False,
        **only("status IN ('waiting_constituent', 'waiting_body') AND kind NOT IN ('spam', 'campaign')"),
    )
    op.create_index("ix_case_office_id", "case", ["office_id"], unique=False)

    op.create_table(
        "handle",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("constituent_id", sa.String(length=32), nullable=False),
        sa.Column("channel_kind", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.ForeignKeyConstraint(
            ["constituent_id"], ["constituent.id"], initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("office_id", "channel_kind", "address"),
    )
    op.create_index("ix_handle_constituent_id", "handle", ["constituent_id"], unique=False)
    op.create_index("ix_handle_office_id", "handle", ["office_id"], unique=False)

    op.create_table(
        "team_member",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("team_id", "staff_id"),
    )
    op.create_index("ix_team_member_office_id", "team_member", ["office_id"], unique=False)

    op.create_table(
        "clock",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("enquiry_id", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=16), nullable=False),
        sa.Column("nation", sa.String(length=20), nullable=True),
        sa.Column("pauses", JSON, nullable=False),
        sa.Column("extensions", JSON, nullable=False),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("warn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_clock_case_id", "clock", ["case_id"], unique=False)
    op.create_index("ix_clock_office_id", "clock", ["office_id"], unique=False)

    op.create_table(
        "draft",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=True),
        sa.Column("enquiry_id", sa.String(length=32), nullable=True),
        sa.Column("answers", sa.String(length=32), nullable=True),
        sa.Column("recipients", JSON, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("identity", sa.String(length=32), nullable=False),
        sa.Column("attachments", JSON, nullable=False),
        sa.Column("provenance", JSON, nullable=False),
        sa.Column("author_id", sa.String(length=32), nullable=True),
        sa.Column("writers", JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("case_id", "number"),
    )
    op.create_index(
        "draft_waiting",
        "draft",
        ["office_id", "state", "id"],
        unique=False,
        **only("state IN ('submitted', 'approved')"),
    )
    op.create_index("ix_draft_case_id", "draft", ["case_id"], unique=False)
    op.create_index("ix_draft_office_id", "draft", ["office_id"], unique=False)

    op.create_table(
        "enquiry",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(length=32), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_enquiry_case_id", "enquiry", ["case_id"], unique=False)
    op.create_index("ix_enquiry_office_id", "enquiry", ["office_id"], unique=False)

    op.create_table(
        "message",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=True),
        sa.Column("channel_id", sa.String(length=32), nullable=True),
        sa.Column("arrival_id", sa.String(length=32), nullable=True),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("external_id", sa.String(length=998), nullable=True),
        sa.Column("content_key", sa.String(length=64), nullable=True),
        sa.Column("sender_name", sa.String(), nullable=False),
        sa.Column("sender_handle", sa.String(length=254), nullable=False),
        sa.Column("recipients", JSON, nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("new_text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("machine", sa.String(length=12), nullable=True),
        sa.Column("warnings", JSON, nullable=False),
        sa.Column("has_html", sa.Boolean(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.String(length=32), nullable=True),
        sa.Column("constituent_id", sa.String(length=32), nullable=True),
        sa.Column("proposed_case_id", sa.String(length=32), nullable=True),
        sa.Column("proposed_because", sa.String(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(
            ["constituent_id"], ["constituent.id"], initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_message_office_id", "message", ["office_id"], unique=False)
    op.create_index("message_content", "message", ["office_id", "content_key"], unique=False)
    op.create_index("message_external", "message", ["office_id", "external_id"], unique=False)
    op.create_index("message_loose", "message", ["office_id", "id"], unique=False, **only("case_id IS NULL"))
    op.create_index(
        "message_match",
        "message",
        ["office_id", "case_id"],
        unique=False,
        **only("proposed_case_id IS NOT NULL"),
    )
    op.create_index("message_of_case", "message", ["case_id", "id"], unique=False)
    op.create_index(
        "message_proposed",
        "message",
        ["proposed_case_id"],
        unique=False,
        **only("proposed_case_id IS NOT NULL"),
    )

    op.create_table(
        "search_entry",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_search_entry_case_id", "search_entry", ["case_id"], unique=False)
    op.create_index("ix_search_entry_office_id", "search_entry", ["office_id"], unique=False)

    op.create_table(
        "status_link",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("constituent_id", sa.String(length=32), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.Column("failed_tries", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(
            ["constituent_id"], ["constituent.id"], initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_status_link_case_id", "status_link", ["case_id"], unique=False)
    op.create_index("ix_status_link_office_id", "status_link", ["office_id"], unique=False)

    op.create_table(
        "approval",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("draft_id", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("is_yes", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("void_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_approval_draft_id", "approval", ["draft_id"], unique=False)
    op.create_index("ix_approval_office_id", "approval", ["office_id"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(length=127), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("content_id", sa.String(), nullable=True),
        sa.Column("scan", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_attachment_message_id", "attachment", ["message_id"], unique=False)
    op.create_index("ix_attachment_office_id", "attachment", ["office_id"], unique=False)

    op.create_table(
        "decision",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trace", JSON, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("message_id"),
    )
    op.create_index("ix_decision_case_id", "decision", ["case_id"], unique=False)
    op.create_index("ix_decision_office_id", "decision", ["office_id"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=True),
        sa.Column("draft_id", sa.String(length=32), nullable=True),
        sa.Column("message_id", sa.String(length=32), nullable=True),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("recipients", JSON, nullable=False),
        sa.Column("envelope_sender", sa.String(length=254), nullable=False),
        sa.Column("outgoing_id", sa.String(length=255), nullable=False),
        sa.Column("raw_hash", sa.String(length=64), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("is_committed", sa.Boolean(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("needs_sent_copy", sa.Boolean(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("draft_id"),
    )
    op.create_index(
        "delivery_due",
        "delivery",
        ["next_at", "id"],
        unique=False,
        **only("state IN ('queued', 'retrying', 'sending')"),
    )
    op.create_index(
        "delivery_open",
        "delivery",
        ["office_id", "id"],
        unique=False,
        **only("settled_by IS NULL AND state NOT IN ('sent', 'delivered', 'stopped')"),
    )
    op.create_index("delivery_outgoing_id", "delivery", ["office_id", "outgoing_id"], unique=False)
    op.create_index("delivery_state", "delivery", ["office_id", "state", "id"], unique=False)
    op.create_index("ix_delivery_case_id", "delivery", ["case_id"], unique=False)
    op.create_index("ix_delivery_office_id", "delivery", ["office_id"], unique=False)

    op.create_table(
        "draft_version",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("draft_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.String(length=32), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("draft_id", "version"),
    )
    op.create_index("ix_draft_version_office_id", "draft_version", ["office_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
