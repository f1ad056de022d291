"""Valid questions that share situations."""

import msgspec
from hypothesis import strategies as st

from core.text import tidy, tidy_lines
from questions.items import Bundle, Media, Situation
from tests.questions.formats.nasty import bundles, texts

TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp", "audio/mpeg", "audio/mp4", "audio/ogg", "video/mp4"]
names = texts.map(lambda text: tidy(tidy(text)[:40]))
media = st.builds(Media, names, st.sampled_from(TYPES), names, st.binary(max_size=9))


@st.composite
def with_situations(draw: st.DrawFn) -> Bundle:
    """Questions, some of which share situations with texts, titles and media."""
    codes = draw(st.lists(names.filter(bool), max_size=3, unique=True))
    situations = tuple(
        Situation(
            code,
            draw(texts.map(tidy_lines).filter(bool)),
            draw(st.one_of(st.just(""), names)),
            tuple(draw(st.lists(media, max_size=2))),
        )
        for code in codes
    )
    items = draw(bundles).items
    used = [msgspec.structs.replace(item, situation=draw(st.sampled_from(["", *codes]))) for item in items]
    return Bundle(tuple(used), situations)
