"""HTML as the text a person would see."""

import time

import pytest

from connectors.email.html_text import html_to_text
from connectors.email.mime import read_mail
from connectors.email.quoting import new_text

SEEN = {
    "paragraphs": ("<p>one</p><p>two</p>", "one\n\ntwo"),
    "lines": ("one<br>two<br/>three", "one\ntwo\nthree"),
    "divs": ("<div>one</div><div>two</div><div><br></div><div>three</div>", "one\ntwo\n\nthree"),
    "inline": ("a <b>bold </b> word<span>ing</span>", "a bold wording"),
    "entities": ("&pound;5 &amp; &lt;b&gt; &#8217; &nbsp;x &unknown;", "£5 & <b> ’  x &unknown;"),
    "spaces": ("one\n   two\t three", "one two three"),
    "bullets": ("<ul><li>one</li><li><p>two</p></li></ul>", "- one\n- two"),
    "numbers": ("<ol><li>one<li>two</ol>after", "1. one\n2. two\n\nafter"),
    "nested lists": ("<ul><li>one<ul><li>under</li></ul></li></ul>", "- one\n  - under"),
    "cells": ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a\tb\nc"),
    "quotation": ("mine<blockquote>theirs<br>too</blockquote>", "mine\n\n> theirs\n> too"),
    "quotation twice": ("<blockquote>a<blockquote>b</blockquote></blockquote>", "> a\n>\n>> b"),
    "preformatted": ("<pre>a\n  b</pre>", "a\n  b"),
    "link": ('see <a href="https://www.example.net/x">this</a> now', "see this now [www.example.net]"),
    "honest link": ('<a href="https://example.net/x">www.example.net</a>', "www.example.net"),
    "mail link": ('<a href="mailto:a@example.org">write</a>', "write"),
    "emoji picture": ('good <img alt="😀" src="cid:x">', "good 😀"),
    "picture": ('<img alt="the wall">', "[the wall]"),
    "script": ("a<script>b</script><style>c</style><title>d</title>e", "ae"),
    "comment": ("a<!-- b > c -->d", "ad"),
    "conditional comment": ("a<![if !mso]>b<![endif]>c", "abc"),
    "hidden": ('a <span style="display:none">b</span>', "a b"),
    "attribute with a sign": ('<p title="a > b">c</p>', "c"),
    "lone signs": ("1 < 2 and 3 > 2 & more", "1 < 2 and 3 > 2 & more"),
    "signs that begin no tag": ("<<< 1 </ 2 <3> <b>bold</b> </4> <", "<<< 1 </ 2 <3> bold </4> <"),
    "unclosed script": ("a<script>b", "ab"),
    "unclosed comment": ("a<!-- b", "a b"),
    "unclosed tag": ("a<b", "a<b"),
    "upper case": ("<P>a</P><BR><DIV>b</DIV>", "a\n\nb"),
    "rule": ("a<hr>b", "a\n" + "_" * 32 + "\nb"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize("name", SEEN)
def test_html_is_seen_as_text(name: str) -> None:
    markup, text = SEEN[name]
    assert html_to_text(markup) == text


@pytest.mark.parametrize("sign", ["<", "</", "</1", "< "])
def test_signs_that_begin_no_tag_cost_no_more_than_tags(sign: str) -> None:
    tags, signs = ("<a" * 1_500_000, sign * (3_000_000 // len(sign)))
    assert _cost(signs) < 3 * _cost(tags)


def _cost(markup: str) -> float:
    """Processor seconds, the least of two turns."""
    turns = []
    for _ in range(2):
        begun = time.process_time()
        html_to_text(markup)
        turns.append(time.process_time() - begun)
    return min(turns)


REPLIES = {
    "gmail": (
        "<div dir='ltr'>Yes please</div><br><div class='gmail_quote'><div class='gmail_attr'>"
        "On Mon, 2 Mar 2026 at 09:00, Rowan &lt;<a href='mailto:r@example.com'>r@example.com</a>&gt; wrote:"
        "<br></div><blockquote><p>May we?</p></blockquote></div>"
    ),
    "outlook on the web": (
        "<div>Yes please</div><hr><div><b>From:</b> Rowan &lt;r@example.com&gt;<br><b>Sent:</b> 02 March<br>"
        "<b>To:</b> Donna<br><b>Subject:</b> May we</div><div>May we?</div>"
    ),
    "outlook": (
        "<p class='MsoNormal'>Yes please<o:p></o:p></p><div><p><b><span>From:</span></b> Rowan <br>"
        "<b>Sent:</b> 02 March 2026 09:00<br><b>To:</b> Donna<br><b>Subject:</b> x</p></div><p>May we?</p>"
    ),
    "apple": (
        "<html><body>Yes please<br><br><div>Sent from my iPhone</div><div><br><blockquote type='cite'>"
        "On 2 Mar 2026, at 09:00, Rowan wrote:<br><br></blockquote></div>"
        "<blockquote type='cite'>May we?</blockquote></body></html>"
    ),
    "yahoo": (
        "<div>Yes please</div><div id='yahoo_quoted_1'><div>On Monday, 2 March 2026 at 09:00:12 GMT, "
        "Rowan &lt;r@example.com&gt; wrote: </div><div><br></div><div>May we?</div></div>"
    ),
    "thunderbird": (
        "<p>Yes please</p><div class='moz-cite-prefix'>On 02/03/2026 09:00, Rowan wrote:<br></div>"
        "<blockquote type='cite'>May we?</blockquote><div class='moz-signature'>-- <br>Donna</div>"
    ),
}


@pytest.mark.parametrize("name", REPLIES)
def test_what_is_new_in_a_reply_without_plain_text_is_found(name: str) -> None:
    assert new_text(html_to_text(REPLIES[name])) == "Yes please"


def test_control_characters_are_no_text() -> None:
    mail = read_mail(b"Content-Type: text/html\n\n<p>a\0b\x1b</p><pre>x\r\ny\x07</pre>")
    assert mail.text == "ab\n\nx\ny"
