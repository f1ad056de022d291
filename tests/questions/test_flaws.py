"""Flaws of writing: each rule by examples that break it and by those that only look like it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questions.flaws import Flaw, guess_rates, of_bank, of_item, politeness, specificity
from questions.items import Citation, Item, Kind, faults

SOUND = ("Nộp tại quầy", "Gửi qua bưu chính", "Nhờ người quen", "Báo bằng lời")


def item(stem: str = "Người dân làm cách nào?", choices: tuple[str, ...] = SOUND, key: int = 0) -> Item:
    return Item(stem, choices, (key,), explanation="Vì luật ghi thế.", citations=(Citation("Luật A", "Điều 1"),))


def codes(one: Item) -> list[str]:
    return [flaw.code for flaw in of_item(one)]


def test_a_sound_question_has_no_flaw() -> None:
    assert of_item(item()) == []


def test_sources() -> None:
    assert codes(Item("Cách nào?", SOUND, (0,))) == ["no-citation", "no-explanation"]
    one = Item(
        "Cách nào?", SOUND, (0,), explanation="Vì thế.", citations=(Citation("Luật A"), Citation("Luật B", "Điều 2"))
    )
    (flaw,) = of_item(one)
    assert (flaw.code, flaw.message % flaw.params) == ("no-article", "Căn cứ “Luật A” chưa ghi điều, khoản.")


@pytest.mark.parametrize(
    "stem",
    [
        "Nội dung nào không thuộc thủ tục hành chính?",
        "Hành vi nào sau đây người dân không được thực hiện?",
        "Đâu không phải là nguyên tắc tiếp công dân?",
        "Anh Nam đến xã. Phát biểu nào sau đây chưa đúng?",
        "Phát biểu nào về tiếp công dân là sai?",
        "Trường hợp không thuộc thẩm quyền của Bộ phận Một cửa là:",
        "Các giấy tờ sau đây phải nộp, trừ:",
        "Ai không được ủy quyền?",
        "Điều gì dưới đây không bị cấm? Chọn các phương án đúng.",
    ],
)
def test_a_negative_in_lower_case_is_a_flaw(stem: str) -> None:
    assert codes(item(stem)) == ["negative-stem"]


@pytest.mark.parametrize(
    "stem",
    [
        "Nội dung nào KHÔNG thuộc thủ tục hành chính?",
        "Các giấy tờ sau đây phải nộp, TRỪ:",
        "Nội dung trình bày không thuộc thẩm quyền. Người tiếp công dân phải làm gì?",
        "Phải hoàn thiện trong thời hạn nào để hồ sơ không bị dừng xử lý?",
        "Cơ quan nào tiếp nhận hồ sơ không phụ thuộc địa giới?",
        "Chị có quyền phản ánh, kiến nghị không?",
        "Có khoản phí nào không?",
        "Yêu cầu này đúng hay sai?",
        "Bà có thể làm gì đối với kết quả có thông tin chưa đúng?",
        "Trừ trường hợp bất khả kháng, phải báo trước bao lâu?",
        "Hồ sơ không thuộc thẩm quyền được gọi là gì?",
        "Mức thu nào được khấu trừ?",
    ],
)
def test_a_negative_that_is_a_fact_or_stands_in_capitals_is_none(stem: str) -> None:
    assert codes(item(stem)) == []


@pytest.mark.parametrize(
    ("stem", "code"),
    [
        ("Trách nhiệm tiếp công dân được quy định tại Điều nào?", "asks-article"),
        ("Nội dung trên nằm ở Điều mấy của Luật Tiếp công dân?", "asks-article"),
        ("Quyền này ghi ở khoản nào của Điều 5?", "asks-article"),
        ("Luật quy định bao nhiêu hành vi bị cấm?", "asks-count"),
        ("Việc tiếp công dân có mấy nguyên tắc?", "asks-count"),
        ("Trình bày nguyên tắc tiếp công dân.", "not-a-question"),
        ("Ông " * 60 + "hỏi gì?", "long-stem"),
    ],
)
def test_stems(stem: str, code: str) -> None:
    assert codes(item(stem)) == [code]


@pytest.mark.parametrize(
    "stem",
    [
        "Điều nào sau đây đúng?",
        "Công chức được nhận khoản nào từ người dân?",
        "Phải nộp bao nhiêu bộ hồ sơ?",
        "Thời hạn là bao nhiêu ngày?",
        "Đây là dịch vụ công mức độ mấy?",
        "Thời hạn giải quyết là:",
        "Thời hạn giải quyết là…",
        "Thời hạn là ____ ngày.",
        "Người dân làm cách nào? (Chọn hai phương án)",
        "Người dân làm cách nào? Chọn các phương án đúng.",
        "Ông nói: “Tôi nộp ở đâu?”",
    ],
)
def test_stems_that_are_sound(stem: str) -> None:
    assert codes(item(stem)) == []


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        (("Nộp tại quầy", "Gửi bưu chính", "Tất cả các phương án trên", "Báo bằng lời"), "refers-to-choices"),
        (("Nộp tại quầy", "Gửi bưu chính", "Cả A và B", "Báo bằng lời"), "refers-to-choices"),
        (("Nộp tại quầy", "Gửi bưu chính", "A, B và C đều đúng", "Báo bằng lời"), "refers-to-choices"),
        (("Nộp tại quầy", "Gửi bưu chính", "Không có đáp án nào đúng", "Báo bằng lời"), "refers-to-choices"),
        (("Bản sao", "Bản chính", "Bản chính và bản sao", "Tờ khai"), "overlapping-choices"),
        (("Được", "Được, nếu trả phí", "Không được phép", "Phải chờ"), "overlapping-choices"),
        (("Tỉnh", "Xã", "tinh", "Bộ"), "overlapping-choices"),
        (("Từ 5 ngày trở lên", "7 ngày", "2 ngày", "3 ngày"), "overlapping-choices"),
        (("Từ 3 đến 5 ngày", "Trên 7 ngày", "1 ngày", "5 ngày"), "overlapping-choices"),
        (("3 ngày", "03 ngày", "1 ngày", "2 ngày"), "overlapping-choices"),
        (("Dưới 1.000.000 đồng", "500.000 đồng", "2.000.000 đồng", "3,5 triệu đồng"), "overlapping-choices"),
        (("03 ngày", "05 ngày làm việc", "07 ngày", "10 ngày"), "mixed-units"),
        (("24 giờ", "3 ngày", "5 ngày", "7 ngày"), "mixed-units"),
        (("Nộp", "Gửi", "Nhờ người quen nộp thay khi bận", "Báo"), "uneven-lengths"),
    ],
)
def test_choices(choices: tuple[str, ...], expected: str) -> None:
    assert set(codes(item(choices=choices))) == {expected}


@pytest.mark.parametrize(
    "choices",
    [
        (
            "Tất cả hồ sơ gửi lên cấp trên",
            "Hồ sơ đã gửi đến cấp dưới",
            "Hồ sơ đang chờ tại quầy",
            "Hồ sơ đang ở nhà bà Hai",
        ),
        ("Chủ tịch Ủy ban nhân dân tỉnh", "Ủy ban nhân dân tỉnh", "Sở Tư pháp của tỉnh", "Hội đồng nhân dân xã"),
        ("Từ 3 đến dưới 5 ngày", "Từ 5 đến 7 ngày", "Dưới 3 ngày", "Trên 7 ngày"),
        ("Từ 3 tháng đến 12 tháng", "Từ 6 tháng đến 24 tháng", "Từ 12 tháng đến 36 tháng", "Từ 1 tháng đến 2 tháng"),
        ("Từ đủ 14 tuổi trở lên", "Từ đủ 16 tuổi trở lên", "Từ đủ 18 tuổi trở lên", "Từ đủ 20 tuổi trở lên"),
        ("Không quá 3 ngày", "Không quá 5 ngày", "Không quá 7 ngày", "Không quá 10 ngày"),
        ("1,5 triệu đồng", "15 triệu đồng", "5 triệu đồng", "1,55 triệu đồng"),
        ("Ngày 15 tháng 10", "Ngày 10 tháng 10", "Ngày 06 tháng 01", "Ngày 20 tháng 11"),
        ("> 5", "< 5", "= 5", "≠ 5"),
        ("Mức độ 1", "Mức độ 2", "Mức độ 3", "Mức độ 10"),
    ],
)
def test_choices_that_are_sound(choices: tuple[str, ...]) -> None:
    assert codes(item("Chọn mức nào?", choices)) == []


@pytest.mark.parametrize(
    ("stem", "choices", "expected"),
    [
        (
            "Làm gì?",
            ("Ghi lại ý kiến rồi báo cho người đứng đầu", "Bỏ qua ý kiến này", "Trả lại ý kiến", "Chờ ý kiến khác"),
            "key-longest",
        ),
        ("Làm gì?", ("Tận tình trả lời", "Trả lời ngay", "Chưa trả lời", "Chờ trả lời"), "key-politest"),
        ("Hồ sơ gồm gì?", ("Đơn, ảnh, thẻ", "Đơn và ảnh", "Đơn và thẻ", "Ảnh và thẻ"), "key-most-specific"),
        ("Nhận ở đâu?", ("Tại quầy", "Chỉ tại xã", "Chỉ tại tỉnh", "Qua mạng"), "absolute-distractors"),
        ("Làm gì?", ("Trả lời sau", "Tuyệt đối im", "Trả lời ngay", "Báo lại"), "absolute-distractors"),
        (
            "Chị gái bận. Cần giấy gì?",
            ("Giấy của chị gái", "Giấy của thôn", "Giấy của xã", "Giấy của tỉnh"),
            "key-echoes-stem",
        ),
    ],
)
def test_what_gives_the_key_away(stem: str, choices: tuple[str, ...], expected: str) -> None:
    assert codes(item(stem, choices)) == [expected]
    assert expected not in codes(item(stem, choices, key=1))


@pytest.mark.parametrize(
    ("stem", "choices"),
    [
        ("Nhận ở đâu?", ("Tại quầy", "Chỉ tại xã", "Tại tỉnh", "Qua mạng")),
        ("Nhận ở đâu?", ("Tại quầy", "Đúng địa chỉ", "Theo chỉ đạo", "Nơi điểm chỉ")),
        ("Chị gái bận. Cần giấy gì?", ("Giấy của chị gái", "Đơn của chị gái", "Giấy của xã", "Giấy của tỉnh")),
        ("Làm thủ tục ở đâu?", ("Nơi nhận thủ tục", "Nơi bán hàng hóa", "Nơi trông giữ xe", "Nơi khám bệnh")),
    ],
)
def test_what_only_looks_as_if_it_gave_the_key_away(stem: str, choices: tuple[str, ...]) -> None:
    assert codes(item(stem, choices)) == []


def test_true_and_false_is_a_statement_with_fixed_choices() -> None:
    one = Item("Người dân được hướng dẫn.", ("Đúng", "Sai"), (0,), Kind.TRUE_FALSE)
    assert codes(one) == ["no-citation", "no-explanation"]


def test_measures() -> None:
    assert politeness("Lịch sự, TẬN TÌNH và đúng quy định") == 3
    assert specificity("Trong 03 ngày, kể từ ngày nhận") == 4
    assert specificity("5%; 10%") == 5


def test_guess_rates_by_hand() -> None:
    """Lengths 1, 2, 3, 3: the longest tie; without any measure all four tie at chance."""
    items = [item(choices=("a", "bb", "ccc", "ddd"), key=2), item(choices=("a", "bb", "ccc", "ddd"), key=0)]
    assert guess_rates(items) == {
        "chance": 0.25,
        "longest": 0.25,
        "shortest": 0.5,
        "politest": 0.25,
        "most_specific": 0.25,
    }
    assert set(guess_rates([]).values()) == {0.0}
    assert of_bank([]).positions == ()


def test_bank_with_one_key_position_and_the_longest_key() -> None:
    items = [item(choices=("aaaa", "b", "c", "d"))] * 20
    bank = of_bank(items)
    assert [(row.counts, row.chi_square, row.uneven) for row in bank.positions] == [((20, 0, 0, 0), 60.0, True)]
    assert [flaw.code for flaw in bank.flaws] == ["uneven-key-positions", "guess-longest"]
    assert bank.flaws[1].message % bank.flaws[1].params == (
        "Luôn chọn phương án dài nhất đúng 100% số câu; chọn ngẫu nhiên đúng 25%."
    )
    assert not of_bank(items[:19]).positions[0].uneven, "fewer than five keys are expected at a position"


def test_the_bound_of_the_chi_square_test() -> None:
    """Two choices, 40 keys: 28 to 12 is (8² + 8²) / 20 = 6.4, 29 to 11 is 8.1; the bound is 6.635."""
    pair = ("mot", "hai")
    for first, value, uneven in ((28, 6.4, False), (29, 8.1, True)):
        bank = of_bank([item(choices=pair)] * first + [item(choices=pair, key=1)] * (40 - first))
        assert bank.positions[0].chi_square == pytest.approx(value)
        assert bank.positions[0].uneven is uneven


PIECES = [
    "không", "nào", "là", "gì", "trừ", "sai", "chỉ", "từ", "3", "5", "1.000", "đến", "dưới",
    "trên", "ngày", "giờ", "và", "hoặc", ",", ";", "?", ":", "(", ")", "A", "B",
]  # fmt: skip
TEXTS = st.one_of(
    st.text(min_size=1, max_size=30),
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=9).map(" ".join),
)


@st.composite
def items(draw: st.DrawFn) -> Item:
    choices = tuple(draw(st.lists(TEXTS, min_size=2, max_size=10)))
    kind = draw(st.sampled_from([Kind.SINGLE, Kind.MULTIPLE]))
    keys = draw(st.sets(st.integers(0, len(choices) - 1), min_size=1, max_size=1 if kind is Kind.SINGLE else None))
    return Item(draw(TEXTS), choices, tuple(sorted(keys)), kind)


@settings(max_examples=400, deadline=None)
@given(items())
def test_no_question_makes_it_stumble(one: Item) -> None:
    for flaw in of_item(one):
        assert isinstance(flaw, Flaw)
        assert flaw.message % flaw.params


@settings(max_examples=100, deadline=None)
@given(st.lists(items(), max_size=8))
def test_rates_are_shares_and_do_not_depend_on_order(bank: list[Item]) -> None:
    rates = guess_rates(bank)
    assert all(0 <= rate <= 1 for rate in rates.values())
    assert guess_rates(bank[::-1]) == rates
    assert of_bank(bank[::-1]).flaws == of_bank(bank).flaws


@settings(max_examples=100, deadline=None)
@given(items())
def test_the_rules_together_earn_chance_over_all_keys(one: Item) -> None:
    """Were each choice the key in turn, a guesser would be right exactly once."""
    turns = [Item(one.stem, one.choices, (key,)) for key in range(len(one.choices))]
    assert guess_rates(turns) == pytest.approx(dict.fromkeys(guess_rates(turns), 1 / len(turns)))


def test_examples_are_questions_that_may_be_stored() -> None:
    assert list(faults(item())) == []
