"""The quality page: remarks and figures for those who can mend, and no key of a settled wording by GET."""

import msgspec
import pytest

from core import jobs
from core.access import SYSTEM
from core.errors import Forbidden
from questions.bank import list_queries, queries
from questions.bank.content import item_of
from questions.bank.list_queries import Filters
from questions.bank.models import Bank
from questions.bank.service import edit
from questions.items import Item
from questions.review import history, quality
from questions.review import service as review
from questions.review.quality import Selection
from tests.questions.made import add, approved, empty_bank, item
from tests.wire import ON_SQLITE
from tests.world import World

pytestmark = ON_SQLITE
CANARY = "Cơ quan tiếp nhận có trách nhiệm công khai đầy đủ, kịp thời, đúng quy định tại trụ sở"


def _telling(number: int = 1) -> Item:
    """A question whose key is by far the longest and politest."""
    return item(
        f"Trong vụ việc số {number} thì bên nào niêm yết biểu mẫu {'ABCDEFGHIJ'[number % 10] * 3}?",
        choices=(CANARY, "Người nộp", "Báo chí"),
    )


def _organiser(world: World) -> tuple:  # type: ignore[type-arg]
    person = world.person(role="organiser", name="Phạm Thị Tổ Chức")
    return person, world.client(person)


def _bank(world: World, *, settled: int = 0, drafts: int = 0) -> Bank:
    with world.inside():
        bank = empty_bank(world)
        if settled:
            reviewer = world.actor(world.person(role="reviewer", name="Lê Văn Thẩm Định"))
    if settled:
        with world.inside():
            approved(world, *map(_telling, range(settled)), reviewer=reviewer, bank=bank)
    if drafts:
        with world.inside():
            add(world, *(_telling(number + 500) for number in range(drafts)), bank=bank)
    return bank


def test_remarks_on_drafts_name_the_questions(world: World) -> None:
    bank = _bank(world, drafts=2)
    _, client = _organiser(world)
    page = client.get(f"/organiser/quality?bank={bank.public_id}").text
    assert "Đáp án đúng dài hơn hẳn" in page
    assert "Trong vụ việc số 500" in page
    assert "Hiện chi tiết" not in page


def test_a_get_tells_only_the_number_of_settled_questions(world: World) -> None:
    bank = _bank(world, settled=20)
    person, client = _organiser(world)
    address = f"/organiser/quality?bank={bank.public_id}&flaw=key-longest"
    page = client.get(address).text
    assert "20 câu đã duyệt hoặc câu mẫu: chỉ hiện số lượng." in page
    assert "Trong vụ việc số" not in page
    assert CANARY not in page
    shown = client.post("/organiser/quality/details", data={"bank": bank.public_id, "flaw": "key-longest"})
    assert shown.status_code == 200
    assert shown.text.count("Trong vụ việc số") == 20
    with world.inside():
        ids = [remark.about.version_id for remark in _kept(bank)]
        seen = history.exposures(ids)
        assert {one.version_id for one in seen} == set(ids)
        assert {(one.person_id, one.how) for one in seen} == {(person.id, "seen")}


def _kept(bank: Bank) -> list[quality.Remark]:
    found = quality.check(bank, Selection(), alike=False)
    return [remark for kind in found.kinds if kind.code == "key-longest" for remark in kind.kept]


def _redrafted(world: World, bank: Bank) -> None:
    """Every question gets a draft with the same key over what papers hold."""
    with world.inside():
        found = [
            (v.question.public_id, item_of(v), v.sha256) for v in queries.versions(list_queries.ids(bank, Filters()))
        ]
        for question_id, old, sha256 in found:
            new = msgspec.structs.replace(old, explanation="Bản nháp mới.")
            edit(actor=SYSTEM, now=world.now, question_id=question_id, item=new, based_on=sha256)


def test_a_draft_over_a_settled_wording_tells_no_more_than_that(world: World) -> None:
    bank = _bank(world, settled=20)
    with world.inside():
        used = [version.id for version in queries.versions(list_queries.ids(bank, Filters()))]
    _redrafted(world, bank)
    person, client = _organiser(world)
    page = client.get(f"/organiser/quality?bank={bank.public_id}&flaw=key-longest").text
    assert "20 câu đã duyệt hoặc câu mẫu: chỉ hiện số lượng." in page
    assert "Trong vụ việc số" not in page
    client.post("/organiser/quality/details", data={"bank": bank.public_id, "flaw": "key-longest"})
    with world.inside():
        assert {one.version_id for one in history.exposures(used) if one.person_id == person.id} == set(used)


@pytest.mark.parametrize("approved_since", [1, 25])
def test_what_was_approved_since_a_job_is_secret_in_its_result(
    world: World, monkeypatch: pytest.MonkeyPatch, approved_since: int
) -> None:
    bank = _bank(world, drafts=25)
    monkeypatch.setattr(quality, "LARGE", 3)
    _, client = _organiser(world)
    address = f"/organiser/quality?bank={bank.public_id}&state=draft"
    client.post("/organiser/quality/check", data={"bank": bank.public_id, "state": "draft"})
    with world.inside():
        assert jobs.run_waiting(now=world.now) == 1
    assert client.get(f"{address}&flaw=key-longest").text.count("Trong vụ việc số") == 25
    assert "(ngẫu nhiên 33,3%)" in client.get(address).text
    reviewer = world.actor(world.person(role="reviewer", name="Lê Văn Thẩm Định"))
    with world.inside():
        ids = list_queries.ids(bank, Filters())[:approved_since]
        review.submit(actor=SYSTEM, now=world.now, question_ids=ids)
        for version in queries.versions(ids):
            asked = version.question.public_id
            review.approve(actor=reviewer, now=world.now, question_id=asked, sha256=version.sha256)
        job = quality.last_job(bank, Selection(state="draft"))
        assert job is not None
        found = quality.found_by(job, bank)
        (longest,) = (kind for kind in found.kinds if kind.code == "key-longest")
        few = approved_since < quality.FEW
        assert (longest.open, longest.secret) == (25 - approved_since, None if few else approved_since)
        assert len(longest.kept) == approved_since
        assert (found.together is None) == few
        assert found.remarked == (25 - approved_since if few else 25)
    if few:
        page = client.get(f"{address}&flaw=key-longest").text
        assert page.count("Trong vụ việc số") == 25 - approved_since


@pytest.mark.parametrize("settled", [1, 19])
def test_few_settled_questions_give_no_figures_about_keys(world: World, settled: int) -> None:
    bank = _bank(world, settled=settled, drafts=25)
    with world.inside():
        found = quality.check(bank, Selection(), alike=False)
        assert found.together is None
        assert {kind.secret for kind in found.kinds if kind.code in quality.ABOUT_KEYS} == {None}
        assert found.remarked == 25
        only_drafts = quality.check(bank, Selection(state="draft"), alike=False)
        assert only_drafts.together is not None
    _, client = _organiser(world)
    page = client.get(f"/organiser/quality?bank={bank.public_id}&state=drawable").text
    assert "Đáp án đúng dài hơn hẳn</span><span" not in page
    assert "không làm lộ đáp án" in page


def test_positions_and_guesses_are_said_in_words(world: World) -> None:
    bank = _bank(world, settled=20)
    _, client = _organiser(world)
    page = client.get(f"/organiser/quality?bank={bank.public_id}").text
    assert "phân bố không đều" in page  # every key is the first choice
    assert "Đoán theo phương án dài nhất" in page
    assert "(ngẫu nhiên 33,3%)" in page
    assert "mẹo này có lợi" in page


def test_near_duplicates_are_found_on_demand(world: World) -> None:
    with world.inside():
        bank = empty_bank(world)
        add(world, item(), item("Ai công khai các thủ tục hành chính?"), bank=bank)
    _, client = _organiser(world)
    address = f"/organiser/quality?bank={bank.public_id}"
    assert "Tìm câu gần trùng" in client.get(address).text
    page = client.get(f"{address}&alike=1").text
    assert "giống 9" in page
    assert page.count("Ai công khai") >= 2


def test_a_large_bank_is_checked_by_a_job(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bank = _bank(world, drafts=4)
    monkeypatch.setattr(quality, "LARGE", 3)
    _, client = _organiser(world)
    address = f"/organiser/quality?bank={bank.public_id}"
    assert "việc kiểm tra chạy nền" in client.get(address).text
    for _ in range(2):
        assert client.post("/organiser/quality/check", data={"bank": bank.public_id}).status_code == 303
    page = client.get(address).text
    assert "data-job" in page
    assert "job-progress" in page
    with world.inside():
        assert jobs.run_waiting(now=world.now) == 1
    page = client.get(address).text
    assert "Kiểm tra lại" in page
    assert "Đáp án đúng dài hơn hẳn" in page
    assert "data-job" not in page


def test_an_empty_bank_says_so_and_odd_addresses_are_understood(world: World) -> None:
    with world.inside():
        bank = empty_bank(world)
    _, client = _organiser(world)
    page = client.get(f"/organiser/quality?bank={bank.public_id}&topic=%27&state=x&flaw=y&alike=")
    assert page.status_code == 200
    assert "Không có câu hỏi nào để kiểm tra" in page.text


def test_it_is_for_those_who_write_or_review(world: World) -> None:
    bank = _bank(world, drafts=1)
    author, reviewer = world.person(role="author"), world.person(role="reviewer")
    for person in (author, reviewer):
        assert world.client(person).get(f"/organiser/quality?bank={bank.public_id}").status_code == 200
    foreign = world.client(world.person("SO-TP", role="author", of_agency=True))
    assert foreign.get(f"/organiser/quality?bank={bank.public_id}").status_code == 404
    assert world.client(world.person()).get("/organiser/quality").status_code == 403
    with world.inside(), pytest.raises(Forbidden):
        quality.enqueue(actor=world.actor(world.person()), now=world.now, bank=bank, selection=Selection())
