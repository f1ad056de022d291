"""Valid questions with texts that a format's grammar may stumble over."""

from hypothesis import strategies as st

from questions.items import TRUE_FALSE, Bundle, Citation, Item, Kind, faults, tidied

PIECES = [
    *"~=#{}:\\%[]()<>&|/$*_\"'“”….,;-?!ABCab 123",
    *("\n", "\n\n", "::", "//", "####", "->", "\\n", "\\\\", "{T}", "=%50%", "~%-100%", "$CATEGORY: x", "[html]"),
    *("[plain]", "[tag:x]", "[id:y]", "<b>", "</b>", "<br>", "&amp;", "&lt;", "]]>", "<![CDATA[", "@@PLUGINFILE@@"),
    *("A. ", "A) ", "C. Mác", "ANSWER: A", "answer: b", "Căn cứ: a | b", "Căn cứ:", "Mức độ: 2", "Câu 1", "top", "…"),
    *(
        "Nghị định",
        "thủ tục",
        "hộ tịch",
        "Đúng",
        "Sai",
        "TRUE",
        "Cả A và B",
        "Tất cả các phương án trên",
        "\u00a0",
        "é",
    ),
]
texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), min_size=1, max_size=8).map("".join)
short = st.lists(st.sampled_from(PIECES), max_size=3).map("".join).map(lambda text: text[:50])


@st.composite
def items(draw: st.DrawFn) -> Item:
    """A valid, tidy question of any kind."""
    kind = draw(st.sampled_from(Kind))
    choices = TRUE_FALSE if kind is Kind.TRUE_FALSE else tuple(draw(st.lists(texts, min_size=2, max_size=5)))
    places = st.integers(0, len(choices) - 1)
    keys = draw(st.sets(places, min_size=1)) if kind is Kind.MULTIPLE else {draw(places)}
    return tidied(
        Item(
            draw(texts),
            choices,
            tuple(sorted(keys)),
            kind,
            draw(st.booleans()),
            draw(st.one_of(st.just(""), texts)),
            tuple(draw(st.lists(st.builds(Citation, texts, st.one_of(st.just(""), texts)), max_size=3))),
            draw(short),
            draw(st.sampled_from([None, 1, 2, 3])),
            tuple(draw(st.lists(short, max_size=3))),
            draw(short),
            draw(short),
            draw(short),
        )
    )


bundles = st.lists(items().filter(lambda item: not list(faults(item))), max_size=4).map(
    lambda found: Bundle(tuple(found))
)
