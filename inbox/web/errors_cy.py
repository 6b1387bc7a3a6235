"""What public pages say in Welsh when something is refused or fails: a title and a sentence by status."""

import re

_WORDS = {
    400: ("Ni weithiodd hyn", "Ni ellid darllen y cais hwn. Ewch yn ôl a rhowch gynnig arall arni."),
    403: (
        "Ni wnaed dim",
        "Mae’r dudalen hon yn rhy hen, neu daeth hyn o wefan arall. Ewch yn ôl, llwythwch y dudalen eto a "
        "rhowch gynnig arall arni.",
    ),
    404: ("Nid yw’r dudalen hon yma", "Gwiriwch y cyfeiriad, neu dechreuwch o’r dudalen gyntaf."),
    409: ("Ni wnaed dim", "Gwnaeth rhywun hyn ar yr un pryd. Edrychwch eto, yna rhowch gynnig arall arni."),
    413: ("Mae hyn yn rhy fawr", "Mae hyn yn rhy fawr. Rydym yn derbyn hyd at {} MB ar y tro."),
    415: ("Ni weithiodd hyn", "Ni ellid darllen y cais hwn. Ewch yn ôl a rhowch gynnig arall arni."),
    429: ("Gormod ar unwaith", "Arhoswch ychydig, yna rhowch gynnig arall arni."),
    500: (
        "Aeth rhywbeth o’i le",
        "Ein bai ni yw hyn. Ni newidiwyd dim. Rhowch gynnig arall arni mewn munud.",
    ),
    503: ("Nid yw hyn ar gael nawr", "Ni newidiwyd dim. Rhowch gynnig arall arni mewn munud."),
}


def said(status: int, title: str, sentence: str) -> tuple[str, str]:
    """Title and sentence in Welsh; those given where there are none for this status."""
    found = _WORDS.get(status)
    if found is None:
        return title, sentence
    size = re.search(r"\d+", sentence)
    return found[0], found[1].format(size[0] if size else "")
