"""A reply that staff write in their own mail program is on its case, and the case is in work."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.databases import EmptyDatabases
from tests.journeys.test_the_whole_path import DAMP
from tests.rigs.dovecot import Dovecot
from tests.rigs.forks import Forks
from tests.rigs.places import Place, furnished
from tests.rigs.product import until
from tests.rigs.smtp_sink import SmtpSink

REPLY = b"""From: Priya Nair <casework@example.org>\r
To: Donna Fretwell <donna@example.org>\r
Subject: Re: Damp again!!!\r
Message-ID: <from-outlook@example.org>\r
In-Reply-To: <damp-1@example.org>\r
Date: Mon, 01 Jun 2026 10:10:00 +0100\r
\r
Dear Donna, I have rung Marl Homes.\r
"""


@pytest.fixture
def place(
    tmp_path: Path, empty_databases: EmptyDatabases, dovecot: Dovecot, smtp_sink: SmtpSink, forks: Forks
) -> Iterator[Place]:
    env = empty_databases().environment
    with furnished(tmp_path / "home", env, dovecot, smtp_sink, forks=forks, sent_folder="Sent") as made:
        yield made


def test_it_joins_the_case_as_outbound_and_the_case_is_no_longer_new(place: Place) -> None:
    product = place.product
    product.person(place.office, "priya@wexcombe.example", "Priya Nair")
    product.serve("web")
    priya = product.client(product.token(place.office, "priya@wexcombe.example"))

    def case() -> Any:
        found = priya.get("/cases").json()["items"]
        return found[0] if len(found) == 1 else None

    place.dovecot.deliver(DAMP)
    until(lambda: product.tell("work", "--until-idle") or case())
    reference = case()["reference"]
    place.dovecot.deliver(REPLY, folder="Sent")
    until(lambda: product.tell("work", "--until-idle") or case()["status"] == "open")
    messages = priya.get(f"/cases/{reference}/messages").json()["items"]
    assert [(one["direction"], one["new_text"].strip()) for one in messages if one["kind"] == "message"] == [
        ("inbound", "Dear Rowan Ashby, im at my wits end. black mould all over the kids room since October.\n"
                    "Rang Marl Homes 9 times. Please can you do something. Donna Fretwell 07700 900123"),
        ("outbound", "Dear Donna, I have rung Marl Homes."),
    ]  # fmt: skip
    states = {clock["kind"]: clock["state"] for clock in case()["clocks"]}
    assert states["first_reply"] == "met"
    assert len(place.sink.messages) == 1, "what was written elsewhere is not sent by us"
