"""The nouns, one file each. Importing this package makes every table known."""

from sqlmodel import SQLModel

from inbox.models.base import Json, OfficeOwned, UtcDateTime, id_of_time, new_id
from inbox.models.body import Body, BodyVersion, Consent, ConsentKind, ConsentRule
from inbox.models.calendar import OfficeCalendar
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
from inbox.models.case import CASE_MOVES, Case, CaseLink, CaseStatus, Clock, LinkKind
from inbox.models.channel import (
    ARRIVAL_MOVES,
    SENDING,
    Arrival,
    ArrivalState,
    Channel,
    ChannelBudget,
    ChannelCost,
    ChannelDoor,
    ChannelHealth,
    ChannelMode,
    channels_of_kind,
)
from inbox.models.channel_closure import INTEGRATION_ROLE, ChannelAct, ChannelClosure
from inbox.models.delivery import DELIVERY_MOVES, Delivery, DeliveryState
from inbox.models.draft import (
    DRAFT_MOVES,
    EDITABLE,
    Approval,
    Draft,
    DraftFile,
    DraftProposal,
    DraftState,
    DraftVersion,
    ProposalState,
    StandardLine,
    Template,
)
from inbox.models.enquiry import Ending, Enquiry, EnquiryStep, LadderWords, Rung
from inbox.models.history import ChainHead, Event, EventKind, View
from inbox.models.kept_form import KeptForm
from inbox.models.lesson import Lesson, LessonSource, OfficeLearning
from inbox.models.message import Attachment, Direction, Message, MessageKind, Scan
from inbox.models.moves import move
from inbox.models.office import Office, OfficeKind, Role, Staff, Team, TeamMember
from inbox.models.person import Constituent, Handle
from inbox.models.rule import (
    CallState,
    Decision,
    Rule,
    RuleCall,
    RuleFiring,
    RuleProgress,
    RuleSecret,
    RuleVersion,
)
from inbox.models.search import SearchEntry
from inbox.models.staff_post import PostBy, PostCases, StaffPost, StaffPostItem
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
    "INTEGRATION_ROLE",
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
    "Body",
    "BodyVersion",
    "CallState",
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
    "ChannelAct",
    "ChannelBudget",
    "ChannelClosure",
    "ChannelCost",
    "ChannelDoor",
    "ChannelHealth",
    "ChannelMode",
    "Clock",
    "Consent",
    "ConsentKind",
    "ConsentRule",
    "Constituent",
    "Decision",
    "Delivery",
    "DeliveryState",
    "Direction",
    "Draft",
    "DraftFile",
    "DraftProposal",
    "DraftState",
    "DraftVersion",
    "Ending",
    "Enquiry",
    "EnquiryStep",
    "Event",
    "EventKind",
    "FormFile",
    "FormSession",
    "Handle",
    "Job",
    "Json",
    "KeptForm",
    "LadderWords",
    "Lease",
    "Lesson",
    "LessonSource",
    "LinkKind",
    "Message",
    "MessageKind",
    "Office",
    "OfficeCalendar",
    "OfficeKind",
    "OfficeLearning",
    "OfficeOwned",
    "OnceKey",
    "PostBy",
    "PostCases",
    "Presence",
    "ProposalState",
    "Reading",
    "RecipientState",
    "Role",
    "Rule",
    "RuleCall",
    "RuleFiring",
    "RuleProgress",
    "RuleSecret",
    "RuleVersion",
    "Rung",
    "Scan",
    "SearchEntry",
    "SignInAddress",
    "SignInTry",
    "Staff",
    "StaffPost",
    "StaffPostItem",
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
    "channels_of_kind",
    "id_of_time",
    "move",
    "new_id",
]
