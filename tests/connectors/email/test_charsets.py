"""The ladder of character sets: labels are believed where the bytes allow it, and guessed where not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.email.charsets import codec_name, decode, untransfer
from connectors.email.mime import read_mail

TEXTS = {
    "english": "Dear Rowan, it’s £1,140 – “too much” for my café in Siân’s name…",
    "welsh": "Annwyl Ms Probert, mae’r tŷ yn oer iawn ac mae’r dŵr yn dod i mewn.",
    "polish": "Proszę o pomoc w sprawie mieszkania, dziękuję bardzo za odpowiedź, będę wdzięczny.",
    "russian": "Здравствуйте, пожалуйста помогите мне с моим паспортом, я жду уже четырнадцать недель.",
    "greek": "Καλημέρα, παρακαλώ βοηθήστε με με το διαβατήριό μου, περιμένω εδώ και εβδομάδες.",
    "arabic": "السلام عليكم، أحتاج إلى مساعدة في طلب التأشيرة الخاص بي من فضلكم",
    "japanese": "お世話になっております。助けてください。パスポートがまだ届きません。",
}
LABELLED = [
    ("english", "utf-8"),
    ("english", "cp1252"),
    ("welsh", "utf-8"),
    ("welsh", "utf-16"),
    ("polish", "cp1250"),
    ("polish", "iso-8859-2"),
    ("russian", "koi8-r"),
    ("russian", "windows-1251"),
    ("greek", "windows-1253"),
    ("arabic", "windows-1256"),
    ("japanese", "shift_jis"),
    ("japanese", "euc-jp"),
    ("japanese", "iso-2022-jp"),
    ("japanese", "utf-7"),
]
MISLABELLED = [
    ("english", "utf-8", "iso-8859-1"),
    ("english", "utf-8", "us-ascii"),
    ("english", "cp1252", "utf-8"),
    ("english", "cp1252", "x-unknown"),
    ("welsh", "utf-8", "windows-1252"),
    ("welsh", "utf-16-le", "us-ascii"),
    ("polish", "cp1250", "utf-8"),
    ("russian", "windows-1251", "utf-8"),
    ("russian", "koi8-r", "iso-8859-1"),
    ("greek", "windows-1253", "us-ascii"),
    ("arabic", "utf-8", "iso-8859-1"),
    ("japanese", "shift_jis", "iso-8859-1"),
    ("japanese", "iso-2022-jp", "us-ascii"),
]


@pytest.mark.parametrize(("language", "charset"), LABELLED)
def test_a_true_label_is_believed(language: str, charset: str) -> None:
    assert decode(TEXTS[language].encode(charset), charset) == (TEXTS[language], False)


@pytest.mark.parametrize(("language", "charset", "label"), MISLABELLED)
def test_a_wrong_label_is_seen_through(language: str, charset: str, label: str) -> None:
    assert decode(TEXTS[language].encode(charset), label, asking=True)[0] == TEXTS[language]


@pytest.mark.parametrize(
    ("language", "charset"), [("english", "cp1252"), ("russian", "koi8-r"), ("greek", "cp1253")]
)
def test_a_missing_label_is_guessed_and_said_so(language: str, charset: str) -> None:
    assert decode(TEXTS[language].encode(charset), None, asking=True) == (TEXTS[language], True)


def test_one_bad_byte_does_not_change_the_reading_of_the_rest() -> None:
    text, guessed = decode("Siân’s café – £20 ".encode() * 4 + b"\xe9 end", "utf-8")
    assert text.startswith("Siân’s café – £20")
    assert guessed


@pytest.mark.parametrize(
    "label", ["hex", "base64", "rot13", "punycode", "idna", "unicode_escape", "", None, "\x00"]
)
def test_what_is_no_character_set_is_not_looked_up(label: str | None) -> None:
    assert codec_name(label) is None


def test_a_short_latin_word_is_believed() -> None:
    assert decode(b"\xe9", "iso-8859-1") == ("é", False)
    assert decode(b"Caf\xe9", "windows-1252") == ("Café", False)


@given(
    st.binary(max_size=300),
    st.sampled_from([None, "utf-8", "utf-16", "utf-7", "koi8-r", "ascii", "gb2312", "big5"]),
)
def test_any_bytes_under_any_label_become_storable_text(data: bytes, label: str | None) -> None:
    decode(data, label, asking=True)[0].encode("utf-8")


@given(st.binary(max_size=300), st.sampled_from(["base64", "quoted-printable", "x-uuencode", "8bit", "what"]))
def test_any_bytes_in_any_transfer_encoding_are_taken(data: bytes, encoding: str) -> None:
    assert isinstance(untransfer(data, encoding)[0], bytes)


def test_base64_in_several_padded_pieces_is_read_whole() -> None:
    assert untransfer(b"SGVsbG8=\nIHdvcmxk\n", "base64") == (b"Hello world", True)


def test_only_the_first_parts_are_looked_at_with_care() -> None:
    part = b"--b\nContent-Type: text/plain; charset=utf-8\n\n" + TEXTS["russian"].encode("cp1251") + b"\n"
    mail = read_mail(b"Content-Type: multipart/mixed; boundary=b\n\n" + part * 900 + b"--b--\n")
    assert mail.text.count(TEXTS["russian"]) == 5


def test_a_guessed_charset_is_a_warning() -> None:
    mail = read_mail(
        b"From: a@example.org\nContent-Type: text/plain; charset=utf-8\n\ncaf\xe9 on the corner, open"
    )
    assert mail.text == "café on the corner, open"
    assert "charset-guessed" in mail.warnings
