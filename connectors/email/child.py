"""Reads a mail in a process of its own that may be killed: for mail that is not ordinary.

The child gets the arrival on standard input and answers on standard output with a JSON head and the bytes
of the attachments; nothing it says is executed or unpickled. It has no environment and inherits no files.
"""

import contextlib
import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from connectors.contract import (
    Attachment,
    DeliveryReport,
    Form,
    Handle,
    InboundMessage,
    Machine,
    RawArrival,
    ReportAction,
    Unreadable,
    Verdict,
)
from connectors.email.reading import read

HEAD = 8
"""Bytes of the length that stands before the JSON head, most significant first."""

COMMAND = (sys.executable, "-I", "-m", "connectors.email.child")


def read_in_child(
    arrival: RawArrival, *, seconds: float = 20.0, megabytes: int = 1024
) -> InboundMessage | DeliveryReport:
    """`read(arrival)`, with at most `seconds` of time and `megabytes` beyond what the child needs to start.

    Raises Unreadable when the child dies, runs out of either, or answers with something else.
    """
    command = [*COMMAND, str(max(1, round(seconds))), str(megabytes)]
    try:
        finished = subprocess.run(  # noqa: S603  # our own interpreter, no shell
            command, input=_packed_arrival(arrival), capture_output=True, timeout=seconds, env={}, check=False
        )
    except subprocess.TimeoutExpired:
        raise Unreadable(f"The message took longer than {seconds:g} seconds to read.") from None
    except OSError:
        raise Unreadable("The process that reads messages could not be started.") from None
    if finished.returncode:
        raise Unreadable(f"Reading the message ended its process (exit {finished.returncode}).")
    try:
        return _unpacked_answer(finished.stdout)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Unreadable("The process that read the message gave no answer.") from None


def _packed_arrival(arrival: RawArrival) -> bytes:
    facts = {
        "channel": arrival.channel,
        "account": arrival.account,
        "external_id": arrival.external_id,
        "received_at": arrival.received_at.isoformat(),
        "hints": dict(arrival.hints),
    }
    return _with_head(facts) + arrival.raw


def _unpacked_arrival(data: bytes) -> RawArrival:
    facts, raw = _without_head(data)
    received_at = datetime.fromisoformat(facts["received_at"])
    return RawArrival(
        facts["channel"], facts["account"], facts["external_id"], bytes(raw), received_at, facts["hints"]
    )


def _packed_answer(answer: InboundMessage | DeliveryReport, stream: BinaryIO) -> None:
    message = answer.message if isinstance(answer, DeliveryReport) else answer
    if message is None:
        raise TypeError("whatever a mail says, it is a message")
    facts = {name: value for name, value in _fields(message).items() if name != "attachments"}
    facts["attachments"] = [
        [file.filename, file.content_type, file.size, file.content_id, len(file.content)]
        for file in message.attachments
    ]
    report = None
    if isinstance(answer, DeliveryReport):
        report = {name: value for name, value in _fields(answer).items() if name != "message"}
    stream.write(_with_head({"message": facts, "report": report}))
    for file in message.attachments:
        stream.write(file.content)


def _fields(value: InboundMessage | DeliveryReport) -> dict[str, Any]:
    return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Handle):
        return [value.name, value.address]
    if isinstance(value, tuple) and value and isinstance(value[0], Handle):
        return [[handle.name, handle.address] for handle in value]
    return None if isinstance(value, InboundMessage) else value


def _unpacked_answer(data: bytes) -> InboundMessage | DeliveryReport:
    facts, blobs = _without_head(data)
    message = _message(facts["message"], blobs)
    report = facts["report"]
    if report is None:
        return message
    report["original_ids"] = tuple(report["original_ids"])
    report["others"] = tuple((recipient, reason) for recipient, reason in report["others"])
    return DeliveryReport(message=message, **{**report, "action": ReportAction(report["action"])})


def _message(facts: dict[str, Any], blobs: memoryview) -> InboundMessage:
    attachments: list[Attachment] = []
    position = 0
    for filename, content_type, size, content_id, length in facts["attachments"]:
        content = bytes(blobs[position : position + length])
        if len(content) != length:
            raise ValueError("the answer was cut short")
        position += length
        attachments.append(Attachment(filename, content_type, size, content, content_id))
    for name in ("recipients", "copied", "reply_to"):
        facts[name] = tuple(Handle(*pair) for pair in facts[name])
    for name in ("in_reply_to", "references", "reply_tokens", "warnings"):
        facts[name] = tuple(facts[name])
    facts["attachments"] = tuple(attachments)
    facts["sender"] = Handle(*facts["sender"])
    facts["sent_at"] = datetime.fromisoformat(facts["sent_at"]) if facts["sent_at"] else None
    facts["machine"] = Machine(facts["machine"]) if facts["machine"] else None
    facts["authentication"] = Verdict(facts["authentication"])
    facts["form"], facts["remote"] = Form(facts["form"]), ()
    return InboundMessage(**facts)


def _with_head(facts: Mapping[str, Any]) -> bytes:
    head = json.dumps(facts).encode()
    return len(head).to_bytes(HEAD, "big") + head


def _without_head(data: bytes) -> tuple[dict[str, Any], memoryview]:
    length = int.from_bytes(data[:HEAD], "big")
    facts = json.loads(data[HEAD : HEAD + length])
    return facts, memoryview(data)[HEAD + length :]


def _limit(seconds: int, megabytes: int) -> None:
    """Caps this process; where the system knows no such cap, the parent's clock still holds."""
    try:
        import resource
    except ImportError:
        return
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    memory = pages * resource.getpagesize() + megabytes * 1024 * 1024
    for name, most in (
        (resource.RLIMIT_CPU, seconds + 1),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(name, (most, most))


def main() -> None:
    """The child: reads one arrival from standard input."""
    _limit(int(sys.argv[1]), int(sys.argv[2]))
    answer = read(_unpacked_arrival(sys.stdin.buffer.read()))
    _packed_answer(answer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
