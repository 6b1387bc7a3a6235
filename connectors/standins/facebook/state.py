"""What a Page's Facebook holds: people, conversations, posts, comments, files, and how it answers."""

import hmac
import itertools
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

PAGE = "104857600000001"
PAGE_NAME = "Rowan Ashby MP"
APP = "200100300400"
APP_SECRET = "a secret of the app"
PAGE_TOKEN = "EAAPageTokenOfTheStandIn"
USER_TOKEN = "EAAUserTokenOfTheStandIn"
SCOPES = [
    "pages_messaging", "pages_manage_metadata", "pages_show_list", "pages_read_engagement",
    "pages_read_user_content", "pages_manage_engagement",
]  # fmt: skip


@dataclass(slots=True)
class Message:
    """One private message. `sender` is a person's number or the Page's."""

    mid: str
    sender: str
    text: str
    at: datetime
    files: list[dict[str, str]] = field(default_factory=list)
    edits: int = 0
    metadata: str | None = None


@dataclass(slots=True)
class Conversation:
    """What one person and the Page wrote to each other, oldest first."""

    id: str
    person: str
    messages: list[Message] = field(default_factory=list)

    def heard_at(self, page: str) -> datetime | None:
        return max((one.at for one in self.messages if one.sender != page), default=None)


@dataclass(slots=True)
class Thing:
    """A post, or a comment where `post` is set. `parent`: the comment that this one answers."""

    id: str
    sender: str
    text: str
    at: datetime
    post: str | None = None
    parent: str | None = None
    is_hidden: bool = False
    is_answered_privately: bool = False
    changed_at: datetime | None = None


@dataclass(slots=True)
class Calling:
    """How calls are made: to whom, about what, and how badly."""

    url: str | None = None
    fields: list[str] = field(default_factory=list)
    times: int = 1
    is_off: bool = False
    held: list[dict[str, Any]] = field(default_factory=list)
    holds: bool = False
    receipts: bool = False


def _first() -> int:
    """Numbers that a stand-in of another hour did not give."""
    return int(time.time() * 10)


@dataclass(slots=True)
class State:
    """Everything; thrown away by `/_reset`."""

    people: dict[str, str] = field(default_factory=dict)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    posts: dict[str, Thing] = field(default_factory=dict)
    comments: dict[str, Thing] = field(default_factory=dict)
    media: dict[str, tuple[str, bytes, datetime | None]] = field(default_factory=dict)
    calling: Calling = field(default_factory=Calling)
    token_error: int | None = None
    scopes: list[str] = field(default_factory=lambda: list(SCOPES))
    usage: dict[str, float] = field(default_factory=lambda: {"app": 3, "pages": 5, "minutes": 0})
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(_first()))

    def number(self) -> int:
        return next(self.numbers)

    def with_person(self, person: str) -> Conversation:
        """The conversation with this person, begun where there is none."""
        if person not in self.conversations:
            self.conversations[person] = Conversation(f"t_{person}", person)
        return self.conversations[person]

    def find(self, name: str) -> Thing | None:
        """A post or a comment; a comment by either form of its name."""
        return self.posts.get(name) or self.comments.get(short(name))

    def message(self, mid: str) -> tuple[Conversation, Message]:
        """Raises KeyError."""
        for conversation in self.conversations.values():
            for message in conversation.messages:
                if message.mid == mid:
                    return conversation, message
        raise KeyError(mid)


def short(name: str) -> str:
    """A comment may be asked for as PAGE_POST_COMMENT too."""
    return "_".join(name.split("_")[-2:]) if name.count("_") > 1 else name


def proof(token: str) -> str:
    return hmac.new(APP_SECRET.encode(), token.encode(), "sha256").hexdigest()


def stamp(moment: datetime) -> str:
    """A time as the Graph API writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S+0000")
