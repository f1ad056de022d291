"""HTML of other systems as plain text."""

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import tidy, tidy_lines
from questions.formats.html_text import images_in, text_of


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("", ""),
        ("Không có thẻ nào", "Không có thẻ nào"),
        ("dòng\n  gãy trong nguồn", "dòng gãy trong nguồn"),
        ("<p>Một</p><p>Hai</p>", "Một\nHai"),
        ("<p>Một<br>Hai<br/>Ba</p>", "Một\nHai\nBa"),
        ("Một<br><br>Hai", "Một\n\nHai"),
        ("<ul><li>Một</li><li><p>Hai</p></li></ul>Ba", "- Một\n- Hai\nBa"),
        ("<ol><li>Một<ul><li>Trong</li></ul></li></ol>", "- Một\n- Trong"),
        ("a &lt;b&gt; c &amp;amp; d&nbsp;&eacute;", "a <b> c &amp; d é"),
        ("<p>a &lt;b&gt; c &amp;amp; d</p>", "a <b> c &amp; d"),
        ("H<sub>2</sub>O <b>đậm</b>, <i>nghiêng</i>", "H2O đậm, nghiêng"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3"),
        ("<pre>a\n  b</pre>", "a\nb"),
        ("<script>alert(1)</script><style>p{}</style>Còn <!-- chú thích -->lại", "Còn lại"),
        ("<p>chưa <b>đóng", "chưa đóng"),
        ("<p xmlns='http://www.w3.org/1999/xhtml'>XHTML<br /></p>", "XHTML"),
        ("1 < 2 và 3 > 2", "1 < 2 và 3 > 2"),
        ("<!-- chỉ chú thích -->", ""),
        ("<?xml version='1.0' encoding='utf-16'?><p>chữ</p>", "chữ"),
        ("a\x00<b>b</b>", "ab"),
    ],
)
def test_markup_becomes_tidy_lines(markup: str, text: str) -> None:
    assert text_of(markup) == text


def test_text_below_many_unclosed_tags_is_kept() -> None:
    assert text_of("<b>x" * 1_000) == "x" * 1_000


def test_pictures_are_found() -> None:
    assert images_in('<p>a <img src="@@PLUGINFILE@@/a.png"> <img alt="x"></p>') == ["@@PLUGINFILE@@/a.png", ""]
    assert images_in("không có") == []
    assert images_in("1 < 2") == []


@given(st.text())
def test_any_text_is_read(markup: str) -> None:
    text = text_of(markup)
    assert tidy_lines(text) == text
    images_in(markup)


@given(st.text(alphabet=st.characters(exclude_categories=["C"])).map(tidy))
def test_what_was_escaped_comes_back(text: str) -> None:
    assert text_of(escape(text)) == text
    assert text_of(f"<p>{escape(text)}</p>") == text


@pytest.mark.parametrize("markup", ["<b>" * 100_000, "<" * 1_000_000, " \n" * 500_000, "<p>" + "- \n" * 300_000])
def test_hostile_markup_comes_back(markup: str) -> None:
    assert tidy_lines(text_of(markup)) == text_of(markup)
    assert images_in(markup) == []
