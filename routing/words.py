"""The closed vocabularies of triage, rules and clocks: one enum per word that data may hold."""

from enum import StrEnum


class OfficeKind(StrEnum):
    MP = "mp"
    DEPARTMENT = "department"


class Kind(StrEnum):
    """The one word for what a message is; the order is the order in which they are decided."""

    AUTO_REPLY = "auto-reply"
    SPAM = "spam"
    THREAT = "threat"
    SELF_HARM_RISK = "self-harm-risk"
    DATA_REQUEST = "data-request"
    MEDIA = "media"
    CAMPAIGN = "campaign"
    NOT_OURS = "not-ours"
    CASEWORK = "casework"
    THANK_YOU = "thank-you"
    POLICY_VIEW = "policy-view"
    OFFICE = "office"
    ABUSE = "abuse"


class Priority(StrEnum):
    """How soon a person must look, by need; `rank` 0 is the most urgent."""

    IMMEDIATE = "immediate"
    PRIORITY = "priority"
    STANDARD = "standard"
    LOW = "low"

    @property
    def rank(self) -> int:
        return _PRIORITY_RANK[self]


_PRIORITY_RANK = {priority: rank for rank, priority in enumerate(Priority)}


class Flag(StrEnum):
    THREAT = "threat"
    SELF_HARM = "self-harm"
    SAFEGUARDING = "safeguarding"
    DOMESTIC_ABUSE = "domestic-abuse"
    THIRD_PARTY = "third-party"
    SPECIAL_CATEGORY = "special-category"
    PARTY_POLITICAL = "party-political"
    CONFIDENTIAL = "confidential"
    MEDIA = "media"
    REPRESENTATIVE = "representative"
    VULNERABLE = "vulnerable"
    WELSH = "welsh"
    RESTRICTED = "restricted"


RISK_FLAGS = frozenset({Flag.THREAT, Flag.SELF_HARM, Flag.SAFEGUARDING, Flag.DOMESTIC_ABUSE})
"""What no rule may take away."""

LIFE_FLAGS = frozenset({Flag.THREAT, Flag.SELF_HARM})
"""What must reach a person at once: always immediate, never spam, never low."""

SILENT_FLAGS = frozenset({Flag.THREAT, Flag.SELF_HARM, Flag.DOMESTIC_ABUSE, Flag.CONFIDENTIAL})
"""What nothing automatic may answer."""


class Topic(StrEnum):
    HOUSING_SOCIAL = "housing-social"
    HOUSING_PRIVATE = "housing-private"
    HOMELESSNESS = "homelessness"
    IMMIGRATION = "immigration"
    ASYLUM = "asylum"
    PASSPORTS = "passports"
    BENEFITS_UC = "benefits-uc"
    BENEFITS_DISABILITY = "benefits-disability"
    CHILD_MAINTENANCE = "child-maintenance"
    PENSIONS = "pensions"
    TAX = "tax"
    NHS_ACCESS = "nhs-access"
    MENTAL_HEALTH = "mental-health"
    SOCIAL_CARE = "social-care"
    SEND = "send"
    SCHOOLS = "schools"
    STUDENT_FINANCE = "student-finance"
    COUNCIL_SERVICES = "council-services"
    PLANNING = "planning"
    POLICING = "policing"
    ASB = "asb"
    JUSTICE = "justice"
    PRISONS = "prisons"
    TRANSPORT = "transport"
    DRIVING = "driving"
    VETERANS = "veterans"
    CONSUMER = "consumer"
    EMPLOYMENT = "employment"
    ABROAD = "abroad"
    ENVIRONMENT = "environment"
    BUSINESS = "business"
    DATA_REQUEST = "data-request"
    POLICY_VIEW = "policy-view"
    OFFICE = "office"


class ConstituencyState(StrEnum):
    CONFIRMED = "confirmed"
    LIKELY = "likely"
    UNKNOWN = "unknown"
    NOT_OURS = "not_ours"


class Language(StrEnum):
    ENGLISH = "en"
    WELSH = "cy"


class Machine(StrEnum):
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    LIST = "list"
    OWN = "own"


class ChannelKind(StrEnum):
    """How an office is connected to where people write; the names that connectors go by."""

    EMAIL = "email"
    FACEBOOK = "facebook"
    FEED = "feed"
    MICROSOFT365 = "microsoft365"
    OPEN311 = "open311"
    OPEN311_COUNCIL = "open311_council"
    OUTREACH = "outreach"
    PHONE = "phone"
    POST = "post"
    SURGERY = "surgery"
    WEB = "web"
    X = "x"


class MessageKind(StrEnum):
    MESSAGE = "message"
    COMMENT = "comment"
    POST = "post"
    FORM = "form"
    CALL = "call"
    LETTER = "letter"
    VISIT = "visit"
    REPORT = "report"
    ACKNOWLEDGEMENT = "acknowledgement"


class ClockKind(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    FIRST_REPLY = "first_reply"
    NEXT_UPDATE = "next_update"
    ENQUIRY = "enquiry"
    REFERRAL = "referral"
    FOI = "foi"
    SUBJECT_ACCESS = "subject_access"
    COMPLAINT = "complaint"
    AUTHORITY = "authority"
    BREACH = "breach"


class ClockState(StrEnum):
    RUNNING = "running"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"


class Unit(StrEnum):
    """What a clock counts in, and what is left or late is told in."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    CALENDAR_MONTHS = "calendar_months"
    HOURS = "hours"
    MINUTES = "minutes"


class Nation(StrEnum):
    """Whose bank holidays count; `uk` is the union of all four, as the FOI Act counts."""

    ENGLAND = "england"
    WALES = "wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern-ireland"
    UK = "uk"
