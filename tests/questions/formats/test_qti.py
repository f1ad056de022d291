"""QTI packages and items, 2.x and 3.0."""

import contextlib
import io
import re
import zipfile

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from core.errors import Invalid
from questions.formats import qti, reading
from questions.items import Bundle, Citation, Item, Kind, Media, Reading, Situation
from tests.questions.formats.sharing import with_situations

ITEM_21 = """<?xml version="1.0" encoding="UTF-8"?>
<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="choice" title="Hành lý"
    adaptive="false" timeDependent="false">
  <responseDeclaration identifier="RESPONSE" cardinality="single" baseType="identifier">
    <correctResponse><value>B</value></correctResponse>
  </responseDeclaration>
  <itemBody>
    <p>Biển báo ghi:</p><p>Không để <b>hành lý</b> &lt;một mình&gt;.</p>
    %s
    <choiceInteraction responseIdentifier="RESPONSE" shuffle="true" maxChoices="1">
      <prompt>Biển báo nói gì?</prompt>
      <simpleChoice identifier="A">Luôn ở   cạnh
        hành lý.<feedbackInline outcomeIdentifier="F" identifier="A" showHide="show">Gần đúng.</feedbackInline>
      </simpleChoice>
      <simpleChoice identifier="B" %s>Không để hành lý lại.</simpleChoice>
    </choiceInteraction>
  </itemBody>
  <modalFeedback outcomeIdentifier="F" identifier="x" showHide="show"><p>Theo nội quy.</p><p/><p>Xem thêm.</p>
  </modalFeedback>
</assessmentItem>
"""
ITEM_30 = """<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="i" title="t"
    time-dependent="false">
  <qti-response-declaration identifier="R" cardinality="multiple" base-type="identifier">
    <qti-correct-response><qti-value>C</qti-value><qti-value> A </qti-value></qti-correct-response>
  </qti-response-declaration>
  %s
  <qti-item-body>%s</qti-item-body>
</qti-assessment-item>"""
CHOICE_30 = """<qti-choice-interaction response-identifier="R" max-choices="0"><qti-prompt>S</qti-prompt>
  <qti-simple-choice identifier="A">a</qti-simple-choice><qti-simple-choice identifier="B">b</qti-simple-choice>
  <qti-simple-choice identifier="C">c</qti-simple-choice></qti-choice-interaction>"""
EVERYTHING = Bundle(
    (
        Item(
            "Một?\nHai\n\n<b>]]>&amp;",
            ("a", "=b"),
            (1,),
            shuffle=False,
            explanation="x\n\ny",
            citations=(Citation("Luật A", "Điều 1"), Citation("", "Điều 2")),
            topic="Chủ đề",
            difficulty=3,
            tags=("một, hai", '"'),
            source="Nguồn",
            situation="TH 1",
            code="Mã/1",
        ),
        Item("S.", ("ĐÚNG", "sai"), (0,), Kind.TRUE_FALSE),
        Item("S", ("Đúng", "Sai"), (0,), Kind.SINGLE),
        Item("S", ("a", "b", "c"), (0, 2), Kind.MULTIPLE, difficulty=1),
    ),
    (
        Situation(
            "TH 1",
            "Bà Lan\n\nnộp hồ sơ.",
            "Nộp hồ sơ",
            (Media("ảnh.png", "image/png", "Một tờ đơn", b"\x89PNG"), Media("../a.mp3", "audio/mpeg", "", b"ID3")),
        ),
        Situation("TH 2", "Chưa có câu nào."),
    ),
)


def zipped(files: dict[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def package(files: dict[str, str], kinds: dict[str, str], folder: str = "") -> bytes:
    listed = "".join(
        f'<resource identifier="r{n}" type="{kind}" href="{name}"><file href="{name}"/></resource>'
        for n, (name, kind) in enumerate(kinds.items())
    )
    manifest = (
        f'<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" identifier="m"><organizations/>'
        f"<resources>{listed}</resources></manifest>"
    )
    return zipped({f"{folder}{name}": text for name, text in {"imsmanifest.xml": manifest, **files}.items()})


def reasons(read: Reading) -> list[str]:
    return [problem.reason % problem.params for problem in read.problems]


def refused(data: bytes) -> str:
    with pytest.raises(Invalid) as error:
        qti.read(data)
    return error.value.message % error.value.params


@settings(deadline=None, max_examples=200)
@given(with_situations().filter(lambda bundle: bool(bundle.items)))
def test_what_is_written_is_read_again(bundle: Bundle) -> None:
    again = qti.read(qti.write(bundle))
    assert not again.problems
    assert tuple(found.item for found in again.found) == bundle.items
    assert again.situations == bundle.situations


def test_everything_is_carried() -> None:
    data = qti.write(EVERYTHING)
    again = qti.read(data)
    assert not again.problems and not again.notes
    assert tuple(found.item for found in again.found) == EVERYTHING.items
    assert again.situations == EVERYTHING.situations
    assert qti.losses(EVERYTHING.items[0], EVERYTHING.situations[0]) == []
    assert qti.write(EVERYTHING) == data


def test_the_package_holds_together() -> None:
    """What the 1EdTech schemas ask for (both were run over an export): order, names, references."""
    files = parts(qti.write(EVERYTHING))
    manifest = etree.fromstring(files["imsmanifest.xml"])
    assert next(iter(files)) == "imsmanifest.xml"
    listed = {node.get("href") for node in manifest.iter("{*}file")}
    assert listed == set(files) - {"imsmanifest.xml"}
    identifiers = [node.get("identifier") for node in manifest.iter("{*}manifest", "{*}resource")]
    assert len(set(identifiers)) == len(identifiers)
    assert all(re.fullmatch(r"[A-Za-z][\w-]*", identifier) for identifier in identifiers)
    assert {node.get("identifierref") for node in manifest.iter("{*}dependency")} <= set(identifiers)
    for resource in manifest.iter("{*}resource"):
        assert etree.fromstring(files[resource.get("href")]).get("identifier") == resource.get("identifier")
    item = etree.fromstring(files["questions/question-00001.xml"])
    assert [etree.QName(node).localname for node in item] == [
        "qti-response-declaration",
        "qti-outcome-declaration",
        "qti-outcome-declaration",
        "qti-assessment-stimulus-ref",
        "qti-item-body",
        "qti-response-processing",
        "qti-modal-feedback",
    ]
    assert not any(".." in name or not name.isascii() for name in files)


def test_an_item_of_version_2() -> None:
    read = qti.read((ITEM_21 % ("", "")).encode())
    assert not read.problems
    [found] = read.found
    assert found.item == Item(
        "Biển báo ghi:\nKhông để hành lý <một mình>.\nBiển báo nói gì?",
        ("Luôn ở cạnh hành lý.", "Không để hành lý lại."),
        (1,),
        explanation="Theo nội quy.\n\nXem thêm.\n“Luôn ở cạnh hành lý.”: Gần đúng.",
        code="choice",
    )
    assert len(read.notes) == 1


def test_a_fixed_choice_fixes_all() -> None:
    read = qti.read((ITEM_21 % ("", 'fixed="true"')).encode())
    assert not read.found[0].item.shuffle
    assert "đứng yên" in " ".join(note.reason for note in read.notes)


def test_an_item_of_version_3() -> None:
    [found] = qti.read((ITEM_30 % ("", CHOICE_30)).encode()).found
    assert found.item == Item("S", ("a", "b", "c"), (0, 2), Kind.MULTIPLE, shuffle=False, code="i")


def test_points_say_what_is_right() -> None:
    mapping = """<qti-mapping default-value="0"><qti-map-entry map-key="B" mapped-value="1.5"/>
        <qti-map-entry map-key="A" mapped-value="-1"/><qti-map-entry map-key="C" mapped-value="x"/></qti-mapping>"""
    text = re.sub(r"<qti-correct-response>.*</qti-correct-response>", mapping, ITEM_30 % ("", CHOICE_30))
    read = qti.read(text.encode())
    assert read.found[0].item.keys == (1,)
    assert "Tỉ lệ điểm" in read.notes[0].reason


@pytest.mark.parametrize(
    ("interaction", "name"),
    [
        ("extended-text", "tự luận"),
        ("match", "ghép đôi"),
        ("order", "sắp thứ tự"),
        ("hottext", "chọn từ trong đoạn văn"),
        ("gap-match", "kéo thả vào chỗ trống"),
        ("text-entry", "điền từ"),
        ("upload", "nộp tệp"),
        ("inline-choice", "chọn từ vào chỗ trống"),
        ("associate", "ghép cặp"),
        ("slider", "thanh trượt"),
        ("portable-custom", "tương tác riêng của hệ thống khác"),
    ],
)
def test_other_interactions_are_named(interaction: str, name: str) -> None:
    node = f'<p><qti-{interaction}-interaction response-identifier="R"/></p>'
    [reason] = reasons(qti.read((ITEM_30 % ("", node)).encode()))
    assert reason.startswith(f"Dạng “{name}” chưa dùng được")


@pytest.mark.parametrize(
    ("before", "body", "reason"),
    [
        ("", CHOICE_30 * 2, "ghép từ 2 phần"),
        ("", '<p><img src="a.png" alt="x"/></p>' + CHOICE_30, "hình ảnh"),
        ("", CHOICE_30.replace(">a<", '><object data="a.png"/><'), "hình ảnh"),
        ("", '<math xmlns="http://www.w3.org/1998/Math/MathML"/>' + CHOICE_30, "công thức"),
        ('<qti-template-declaration identifier="T"/>', CHOICE_30, "sinh ngẫu nhiên"),
        ("", "<p>Đọc đoạn văn.</p>", "không có phần trả lời"),
        ("", CHOICE_30.replace("<qti-prompt>S</qti-prompt>", ""), "chưa có nội dung"),
        ("", CHOICE_30.replace('"R"', '"X"'), "Chưa rõ phương án đúng"),
        ("", CHOICE_30.replace("</qti-choice", "<qti-simple-choice/>" * 200 + "</qti-choice"), "hiện có 203"),
        ('<qti-assessment-stimulus-ref identifier="s" href="s.xml"/>', CHOICE_30, "cả gói"),
    ],
)
def test_what_is_wrong_with_an_item(before: str, body: str, reason: str) -> None:
    assert any(reason in told for told in reasons(qti.read((ITEM_30 % (before, body)).encode())))


def test_an_ordered_answer_is_no_choice() -> None:
    text = (ITEM_30 % ("", CHOICE_30)).replace("multiple", "ordered")
    assert "sắp thứ tự" in reasons(qti.read(text.encode()))[0]


def test_a_stimulus_of_another_system() -> None:
    stimulus = """<qti-assessment-stimulus xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="S1"
        title="Bài đọc"><qti-stimulus-body><h2>Đêm</h2><ul><li>một</li><li>hai</li></ul>
        <p><img src="media/a%20b.png" alt="Cửa"/></p><video><source src="media/v.mp4"/></video>
        </qti-stimulus-body></qti-assessment-stimulus>"""
    reference = '<qti-assessment-stimulus-ref identifier="S1" href="../s/s.xml"/>'
    files = {"q/1.xml": ITEM_30 % (reference, CHOICE_30), "s/s.xml": stimulus, "s/media/a b.png": "P"}
    kinds = {"q/1.xml": "imsqti_item_xmlv3p0", "s/s.xml": "imsqti_stimulus_xmlv3p0", "t.xml": "imsqti_test_xmlv3p0"}
    read = qti.read(package({**files, "s/media/v.mp4": "V"}, kinds, "gói/"))
    assert not read.problems
    assert read.found[0].item.situation == "S1"
    assert read.situations == (
        Situation(
            "S1",
            "Đêm\n- một\n- hai",
            "Bài đọc",
            (Media("a b.png", "image/png", "Cửa", b"P"), Media("v.mp4", "video/mp4", "", b"V")),
        ),
    )
    assert "assessmentTest" in read.notes[0].reason
    assert "Gói không có tệp “media/v.mp4”" in reasons(qti.read(package(files, kinds)))[0]
    svg = stimulus.replace("v.mp4", "v.svg")
    assert "loại chưa nhận được" in reasons(qti.read(package({**files, "s/s.xml": svg}, kinds)))[0]
    assert "không có tình huống “S1”" in reasons(qti.read(package(files, {"q/1.xml": "imsqti_item_xmlv3p0"})))[0]
    twice = package({**files, "s/2.xml": stimulus}, {**kinds, "s/2.xml": "imsqti_stimulus_xmlv3p0"})
    assert any("để trống hoặc trùng" in reason for reason in reasons(qti.read(twice)))


def test_a_package_with_faults_tells_them_one_by_one() -> None:
    kind = "imsqti_item_xmlv2p1"
    read = qti.read(
        package(
            {"1.xml": ITEM_21 % ("", ""), "2.xml": "<x", "3.xml": "<x/>", "4.xml": "<!DOCTYPE a><a/>"},
            {**{f"{n}.xml": kind for n in range(1, 6)}, "../../etc/passwd": kind, "old.xml": "imsqti_xmlv1p2"},
        )
    )
    assert [found.item.code for found in read.found] == ["choice"]
    assert [problem.at for problem in read.problems] == [
        "old.xml", "Câu 2 (2.xml)", "Câu 3 (3.xml)", "Câu 4 (4.xml)", "Câu 5 (5.xml)", "Câu 6 (passwd)",
    ]  # fmt: skip


def test_what_is_refused_as_a_whole() -> None:
    assert "kê khai" in refused(b'<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"/>')
    assert "“quiz”" in refused(b"<quiz/>")
    assert "DTD" in refused(b'<!DOCTYPE x [<!ENTITY a "b">]><assessmentItem/>')
    assert "imsmanifest.xml" in refused(zipped({"a.xml": "x"}))
    assert "Không tìm thấy" in refused(package({}, {}))
    assert "không an toàn" in refused(zipped({"imsmanifest.xml": "<manifest/>", "../x": "x"}))
    assert "giải ra quá lớn" in refused(zipped({"imsmanifest.xml": "<manifest/>", "x": "0" * 30_000_000}))


def broken(data: st.DataObject, good: bytes) -> bytes:
    """A byte or so changed in a member, or in the zip itself."""
    place, gone = data.draw(st.integers(0, 10_000)), data.draw(st.integers(0, 9))
    piece = data.draw(st.sampled_from([b"", b"<", b"\x00", b"</p>", b'"', b"&x;", b"\xff", b"qti-", b"<p/>", b"99"]))

    def spoilt(content: bytes) -> bytes:
        start = place * len(content) // 10_000
        return content[:start] + piece + content[start + gone :]

    if data.draw(st.booleans()):
        return spoilt(good)
    files = parts(good)
    name = data.draw(st.sampled_from(sorted(files)))
    return zipped({**files, name: spoilt(files[name])})


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_broken_packages_are_refused_politely(data: st.DataObject) -> None:
    with contextlib.suppress(Invalid):
        qti.read(broken(data, qti.write(EVERYTHING)))


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", b"PK\x03\x04", b"<assessmentItem>"]))
def test_any_bytes(data: bytes, start: bytes) -> None:
    with contextlib.suppress(Invalid):
        qti.read(start + data)


NAMES = ["p", "div", "ul", "li", "br", "table", "tr", "td", "pre", "b", "q", "i"]


@settings(deadline=None)
@given(st.lists(st.sampled_from(NAMES), max_size=40), st.text("a ", max_size=3))
def test_any_nesting(names: list[str], text: str) -> None:
    body = CHOICE_30
    for name in names:
        body = f"<{name}>{text}{body}</{name}>{text}"
    [found] = qti.read((ITEM_30 % ("", body)).encode()).found
    assert "S" in found.item.stem
    assert found.item.choices == ("a", "b", "c")


def test_a_large_package_is_read_within_its_bounds() -> None:
    example = EVERYTHING.items[0]
    many = tuple(msgspec.structs.replace(example, stem=f"Câu {n}?", code=f"C{n}") for n in range(4_900))
    data = qti.write(Bundle(many, EVERYTHING.situations))
    read, _ = reading.read_file(data, name="a.zip")
    assert not read.problems
    assert len(read.found) == 4_900
