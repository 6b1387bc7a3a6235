"""Letters as a scanner or a phone hands them in: drawn by the browser, wrapped as a scanner wraps them."""

from playwright.sync_api import Browser

LETTER = """14 Quarry Road
Wexcombe ZZ10 4AB

3 May 2026

Dear Rowan Ashby,

There is black mould all over the bedroom of my children since October.
Marl Homes has not answered three letters.

Yours sincerely,
Donna Fretwell"""
_STYLE = "font: 26px 'DejaVu Sans'; padding: 80px; white-space: pre-wrap; background: white; color: black"
WIDTH, HEIGHT = 1000, 1400


def photographed(browser: Browser, words: str = LETTER, *, kind: str = "jpeg", turned: int = 0) -> bytes:
    """A picture of a page with these words, as JPEG or PNG; `turned` by so many degrees."""
    shown = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    shown.set_content(
        f'<body style="margin:0;background:white"><div style="transform:rotate({turned}deg);'
        f'width:{WIDTH}px;height:{HEIGHT}px;box-sizing:border-box;{_STYLE}">{words}</div>'
    )
    picture = shown.screenshot(type="jpeg" if kind == "jpeg" else "png")
    shown.close()
    return picture


def typed(browser: Browser, words: str = LETTER) -> bytes:
    """A PDF file whose words are words: made by a program, not by a scanner."""
    shown = browser.new_page()
    shown.set_content(f'<body style="{_STYLE}">{words}')
    made = shown.pdf()
    shown.close()
    return made


def scanned(*pictures: bytes) -> bytes:
    """A PDF file as a scanner writes it: one picture (JPEG) to a page, and no words."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>"]
    kids = b" ".join(b"%d 0 R" % (3 + 3 * number) for number in range(len(pictures)))
    objects.append(b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(pictures)))
    for number, picture in enumerate(pictures):
        first = 3 + 3 * number
        objects += [
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</I %d 0 R>>>>"
            b"/Contents %d 0 R>>" % (first + 1, first + 2),
            b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8"
            b"/Filter/DCTDecode/Length %d>>stream\n"
            % (WIDTH, HEIGHT, len(picture))
            + picture
            + b"\nendstream",
            b"<</Length 30>>stream\nq 595 0 0 842 0 0 cm /I Do Q \nendstream",
        ]
    made, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj" % number + one + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(made))
    return made + head + table + tail
