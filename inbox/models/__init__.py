"""The nouns, one file each. Importing this package makes every table known."""

from sqlmodel import SQLModel

from inbox.models.base import Json, OfficeOwned, UtcDateTime, new_id
from inbox.models.campaign import (
    ANSWER_MOVES,
    AnswerState,
    Campaign,
    CampaignAnswer,
    CampaignCopy,
    CampaignPrint,
    CampaignRecipient,
    Reading,
    RecipientState,
)
from inbox.models.case import CASE_MOVES, Case, CaseLink, CaseStatus, Clock, Decision, LinkKind, Rule
from inbox.models.channel import (
    ARRIVAL_MOVES,
    SENDING,
    Arrival,
    ArrivalState,
    Channel,
    ChannelBudget,
    ChannelDoor,
    ChannelHealth,
    ChannelMode,
)
from inbox.models.delivery import DELIVERY_MOVES, Delivery, DeliveryState, Enquiry
from inbox.models.draft import (
    DRAFT_MOVES,
    EDITABLE,
    Approval,
    Draft,
    DraftFile,
    DraftState,
    DraftVersion,
    StandardLine,
    Template,
)
from inbox.models.history import ChainHead, Event, EventKind, View
from inbox.models.kept_form import KeptForm
from inbox.models.message import Attachment, Direction, Message, MessageKind, Scan
from inbox.models.moves import move
from inbox.models.office import Office, OfficeKind, Role, Staff, Team, TeamMember
from inbox.models.person import Constituent, Handle
from inbox.models.search import SearchEntry
from inbox.models.status_link import StatusLink, StatusLinkKey
from inbox.models.surgery import APPOINTMENT_MOVES, Appointment, AppointmentState, Surgery
from inbox.models.web_form import AddressProof, FormFile, FormSession
from inbox.models.work import (
    AccessToken,
    Area,
    Job,
    Lease,
    OnceKey,
    Presence,
    SignInAddress,
    SignInTry,
    Tick,
    WebSession,
)

# Checked at the commit: rows of one act may then be written in any order, all at once.
for _table in SQLModel.metadata.tables.values():
    for _reference in _table.foreign_key_constraints:
        _reference.deferrable, _reference.initially = True, "DEFERRED"

__all__ = [
    "ANSWER_MOVES",
    "APPOINTMENT_MOVES",
    "ARRIVAL_MOVES",
    "CASE_MOVES",
    "DELIVERY_MOVES",
    "DRAFT_MOVES",
    "EDITABLE",
    "SENDING",
    "AccessToken",
    "AddressProof",
    "AnswerState",
    "Appointment",
    "AppointmentState",
    "Approval",
    "Area",
    "Arrival",
    "ArrivalState",
    "Attachment",
    "Campaign",
    "CampaignAnswer",
    "CampaignCopy",
    "CampaignPrint",
    "CampaignRecipient",
    "Case",
    "CaseLink",
    "CaseStatus",
    "ChainHead",
    "Channel",
    "ChannelBudget",
    "ChannelDoor",
    "ChannelHealth",
    "ChannelMode",
    "Clock",
    "Constituent",
    "Decision",
    "Delivery",
    "DeliveryState",
    "Direction",
    "Draft",
    "DraftFile",
    "DraftState",
    "DraftVersion",
    "Enquiry",
    "Event",
    "EventKind",
    "FormFile",
    "FormSession",
    "Handle",
    "Job",
    "Json",
    "KeptForm",
    "Lease",
    "LinkKind",
    "Message",
    "MessageKind",
    "Office",
    "OfficeKind",
    "OfficeOwned",
    "OnceKey",
    "Presence",
    "Reading",
    "RecipientState",
    "Role",
    "Rule",
    "Scan",
    "SearchEntry",
    "SignInAddress",
    "SignInTry",
    "Staff",
    "StandardLine",
    "StatusLink",
    "StatusLinkKey",
    "Surgery",
    "Team",
    "TeamMember",
    "Template",
    "Tick",
    "UtcDateTime",
    "View",
    "WebSession",
    "move",
    "new_id",
]
