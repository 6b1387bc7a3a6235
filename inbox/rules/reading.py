"""Rules as rows, files and older versions, read back as the engine reads them."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from inbox.database import find
from inbox.desk import rule_in
from inbox.errors import Refused
from inbox.models import Rule, RuleVersion
from routing.rule_checks import RulesRefused
from routing.rule_files import rule_set_from_json
from routing.rules import Rule as RoutingRule


def read_file(text: str) -> tuple[RoutingRule, ...]:
    """The rules of a file, in reading order. Raises Refused with every problem in words."""
    try:
        return rule_set_from_json(text)
    except RulesRefused as error:
        raise Refused(" ".join(str(problem) for problem in error.problems)) from error


def rows(session: Session) -> Sequence[Rule]:
    """The office's rules in reading order, those switched off too."""
    return session.exec(select(Rule).order_by(col(Rule.position), col(Rule.name))).all()


def every_rule(session: Session) -> list[RoutingRule]:
    """The same as the engine reads them."""
    return [rule_in(row) for row in rows(session)]


def find_rule(session: Session, rule_id: str) -> Rule:
    """One rule of the session's office. Raises NotFound."""
    return find(session, Rule, rule_id)


def versions_of(session: Session, rule_id: str, *, most: int = 50) -> Sequence[RuleVersion]:
    """How a rule stood before, newest first."""
    query = select(RuleVersion).where(RuleVersion.rule_id == rule_id)
    return session.exec(query.order_by(col(RuleVersion.version).desc()).limit(most)).all()
