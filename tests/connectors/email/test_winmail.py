"""winmail.dat: its files and its text are found, and nothing in it can hang or raise."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from connectors.email.mime import read_mail
from connectors.email.rich_text import rich_text
from connectors.email.tnef import read_tnef

BODY, CODEPAGE, FILE_STARTS, TITLE, DATA, FILE_MAPI, MAPI = (
    0x0002800C, 0x00069007, 0x00069002, 0x00018010, 0x0006800F, 0x00069005, 0x00069003,
)  # fmt: skip


def attribute(identity: int, data: bytes) -> bytes:
    return struct.pack("<BII", 1, identity, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def text_property(identity: int, text: str) -> bytes:
    data = (text + "\0").encode("utf-16-le")
    return struct.pack("<HHII", 0x1F, identity, 1, len(data)) + data + bytes(-len(data) % 4)


def number_property(identity: int) -> bytes:
    return struct.pack("<HHI", 3, identity, 7)


def named_property(text: str) -> bytes:
    name = "Keywords\0".encode("utf-16-le")
    head = struct.pack("<HH", 0x1F, 0x8001) + bytes(16) + struct.pack("<II", 1, len(name))
    data = text.encode("utf-16-le")
    padding = bytes(-len(name) % 4)
    return head + name + padding + struct.pack("<II", 1, len(data)) + data + bytes(-len(data) % 4)


def properties(*items: bytes) -> bytes:
    return struct.pack("<I", len(items)) + b"".join(items)


def winmail(*attributes: bytes) -> bytes:
    return struct.pack("<IH", 0x223E9F78, 1) + b"".join(attributes)


def test_a_file_is_known_by_its_long_name_and_keeps_its_bytes() -> None:
    names = properties(
        number_property(0x3705), named_property("x"), text_property(0x3707, "Llythyr Siân.docx")
    )
    data = winmail(
        attribute(FILE_STARTS, bytes(14)),
        attribute(TITLE, b"LLYTHY~1.DOC\0"),
        attribute(DATA, b"the bytes"),
        attribute(FILE_MAPI, names),
    )
    (file,) = read_tnef(data).files
    assert (file.name, file.content) == ("Llythyr Siân.docx", b"the bytes")


def test_a_file_without_a_long_name_keeps_its_short_one() -> None:
    codepage = attribute(CODEPAGE, struct.pack("<II", 1250, 0))
    data = winmail(codepage, attribute(FILE_STARTS, b""), attribute(TITLE, "zażółć.txt".encode("cp1250")))
    assert [file.name for file in read_tnef(data).files] == ["zażółć.txt"]


def test_text_comes_from_the_message_properties_too() -> None:
    data = winmail(attribute(MAPI, properties(text_property(0x1000, "Mae’n oer"))))
    assert read_tnef(data).text == "Mae’n oer"


def test_hostile_names_are_made_safe_and_the_original_is_kept() -> None:
    data = winmail(
        attribute(FILE_STARTS, b""), attribute(TITLE, b"..\\..\\evil\0.exe"), attribute(DATA, b"x")
    )
    mail = read_mail(b"From: a@example.org\nContent-Type: application/ms-tnef\n\n" + data)
    names = [file.filename for file in mail.attachments]
    assert names == ["attachment.dat", "evil.exe"]
    assert mail.attachments[0].content == data
    assert "tnef" in mail.warnings


# The example of MS-OXRTFCP 4.1.1.
HELLO_WORLD = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)


def uncompressed(rtf: bytes) -> bytes:
    return struct.pack("<IIII", len(rtf) + 12, len(rtf), 0x414C454D, 0) + rtf


def binary_property(identity: int, data: bytes) -> bytes:
    return struct.pack("<HHII", 0x102, identity, 1, len(data)) + data + bytes(-len(data) % 4)


def test_a_body_that_is_only_compressed_rich_text_is_read() -> None:
    data = winmail(attribute(MAPI, properties(binary_property(0x1009, HELLO_WORLD))))
    mail = read_mail(b"From: a@example.org\nContent-Type: application/ms-tnef\n\n" + data)
    assert mail.text == "hello world"


def test_rich_text_keeps_its_letters_and_line_ends_and_leaves_out_its_tables() -> None:
    rtf = (
        rb"{\rtf1\ansi\ansicpg1250{\fonttbl{\f0 Arial;}}{\*\generator X;}\pard Za\'bf\'f3\'b3\'e6"
        rb"\par t\u375 ?\u-10179 ?\{ok\}\line end}"
    )
    assert rich_text(uncompressed(rtf)) == "Zażółć\ntŷ\ufffd{ok}\nend"


@given(st.binary(max_size=400))
def test_any_compressed_bytes_are_taken(data: bytes) -> None:
    rich_text(struct.pack("<IIII", len(data), 10**9, 0x75465A4C, 0) + data).encode()
    rich_text(uncompressed(rb"{\rtf1 " + data)).encode()


@given(st.binary(max_size=400))
def test_any_bytes_after_the_signature_are_taken(data: bytes) -> None:
    read_tnef(winmail(data))


@given(st.binary(max_size=200))
def test_any_properties_are_taken(data: bytes) -> None:
    read_tnef(winmail(attribute(FILE_STARTS, b""), attribute(FILE_MAPI, data), attribute(MAPI, data)))
