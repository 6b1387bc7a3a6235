"""The wall between two offices in one database, one of an MP and one of a department: same code, no way across."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel, col, select

from inbox.database import Database, enter_office, find
from inbox.errors import NotFound
from inbox.models import (
    Approval,
    Arrival,
    Attachment,
    Case,
    ChainHead,
    Channel,
    Clock,
    Constituent,
    Decision,
    Delivery,
    Draft,
    DraftVersion,
    Enquiry,
    Event,
    Handle,
    Message,
    OfficeKind,
    Rule,
    Staff,
    StatusLink,
    Team,
    TeamMember,
    Template,
    View,
    new_id,
)
from inbox.models.base import OfficeOwned
