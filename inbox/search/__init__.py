"""Finds cases by words: the same answers on SQLite and PostgreSQL, newest first, never a slow plan."""

from inbox.search.asking import Question, is_long, understand
from inbox.search.finding import Found, Hit, case_tests, find, holds, matching_cases, on_channel, word_tests
from inbox.search.folding import fold, phones, phones_at
from inbox.search.indexing import (
    CaseFacts,
    facts_of,
    forget,
    index_case,
    index_message,
    reindex,
    reindex_case,
    reindex_person,
)

__all__ = [
    "CaseFacts",
    "Found",
    "Hit",
    "Question",
    "case_tests",
    "facts_of",
    "find",
    "fold",
    "forget",
    "holds",
    "index_case",
    "index_message",
    "is_long",
    "matching_cases",
    "on_channel",
    "phones",
    "phones_at",
    "reindex",
    "reindex_case",
    "reindex_person",
    "understand",
    "word_tests",
]
