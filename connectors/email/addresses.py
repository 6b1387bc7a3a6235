"""Address lists as people's programs really write them (RFC 5322 3.4, tolerantly)."""

import re

from connectors.contract import Handle
from connectors.email import limits
from connectors.email.headers import decode_words

# Quoted string, comment, address in angle brackets, separator, or a run of anything else.
TOKEN = re.compile(r'"((?:[^"\\]|\\.){0,1000}+)"|\(([^()]*)\)|<([^<>]*)>|([,;])|([^"(<,;>]+|.)', re.DOTALL)
SIMPLE = re.compile(r'\s*(?:"([^"\\=]*)"|([^"(<>,;:=@\\]*))\s*<\s*([^<>\s"]+@[^<>\s"]+)\s*>\s*\Z')
GROUP = re.compile(r"[^:@]{0,200}:\s*")
ANY_ADDRESS = re.compile(r"[\w.+%&'*=/?^~#{}|!$-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
SPACE = re.compile(r"\s+")


def read_addresses(value: str) -> tuple[Handle, ...]:
    """Every person or group member in an address header; names decoded, addresses as written."""
    if not value:
        return ()
    simple = SIMPLE.match(value)
    if simple:
        return (
            Handle(
                _plain_name(simple[1] if simple[1] is not None else simple[2]),
                simple[3].removeprefix("mailto:"),
            ),
        )
    found: list[Handle] = []
    entry = _Entry()
    for quoted, comment, angle, separator, other in TOKEN.findall(value):
        if separator:
            entry.finish(found)
            entry = _Entry()
            if len(found) >= limits.ADDRESSES:
                return tuple(found)
        else:
            entry.take(quoted, comment, angle, other)
    entry.finish(found)
    return tuple(found)


class _Entry:
    """One address while its tokens come in."""

    __slots__ = ("angle", "comments", "words")

    def __init__(self) -> None:
        self.words: list[str] = []
        self.comments: list[str] = []
        self.angle: str | None = None

    def take(self, quoted: str, comment: str, angle: str, other: str) -> None:
        if angle:
            self.angle = angle
        elif comment:
            self.comments.append(comment)
        elif quoted:
            self.words.append(re.sub(r"\\(.)", r"\1", quoted) if "\\" in quoted else quoted)
        elif other:
            self.words.append(other)

    def finish(self, found: list[Handle]) -> None:
        written = "".join(self.words).strip()
        if ":" in written and "@" not in written.partition(":")[0]:  # the name of a group
            written = GROUP.sub("", written, count=1)
        if self.angle is not None:
            address, name = self.angle, written
        else:
            bare = ANY_ADDRESS.search(written)
            address = bare[0] if bare else written if "@" in written else ""
            name = written.replace(address, "").strip() if bare else ""
        name = decode_words(name) or decode_words(" ".join(self.comments))
        address = SPACE.sub("", decode_words(address)).removeprefix("mailto:")
        if not address and not name and not written:
            return
        name = _plain_name(name if address else decode_words(written))
        if address and found and not found[-1].address:  # "Doe, Jane <jane@…>" without its quotes
            name = f"{found.pop().name}, {name}".rstrip(", ")
        found.append(Handle(name, address))


def _plain_name(name: str) -> str:
    name = SPACE.sub(" ", name).strip().strip('"').rstrip(" <")
    return name[1:-1] if len(name) > 2 and name[0] == name[-1] == "'" else name


def domain(address: str) -> str:
    """The part after the last "@", lower-cased."""
    return address.rpartition("@")[2].lower().rstrip(".>") if "@" in address else ""


def are_related(one: str, other: str) -> bool:
    """Whether two domains are equal or one lies under the other ("mail.example.org" and "example.org")."""
    return one == other or one.endswith("." + other) or other.endswith("." + one)
