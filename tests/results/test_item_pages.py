"""Pages of a round's item analysis: when, what, in which order, and no key by GET."""

import io
import re

import pytest
import python_calamine
from flask.testing import FlaskClient

from contest.people.models import Person
from contest.results import item_words
from contest.results.cli import analyse
from core import jobs
from questions.bank import usage_queries
from questions.flaws import Flaw
from questions.review import history
from questions.statistics import ChoiceShare, ItemStatistics
from tests.questions.made import approved, item
from tests.wire import ON_SQLITE
from tests.world import TOPICS, World

pytestmark = ON_SQLITE
CANARY = "Phương án đúng không được lộ ra"


def _organiser(world: World) -> tuple[Person, FlaskClient]:
    person = world.person("VP-UBND", role="organiser", name="Phạm Thị Tổ Chức")
    return person, world.client(person)


def _closed(world: World, takers: int = 3) -> str:
    """A closed round of four approved questions whose keys are the canary."""
    reviewer = world.actor(world.person(role="reviewer", name="Lê Văn Thẩm Định"))
    with world.inside():
        made = [item(f"Câu về {topic}?", topic=topic, choices=(CANARY, "Sai một", "Sai hai")) for topic in TOPICS]
        approved(world, *made, reviewer=reviewer)
    round_id = world.round(attempts=1, trial=False)
    for number in range(takers):
        world.sit(
            world.person(name=f"Nguyễn Thị Số {'A' * (number + 1)}"),
            round_id,
            right=number % 5 if takers > 4 else 4 * bool(number),
        )
    world.later(days=8)
    return round_id


def _analysed(world: World, client: FlaskClient, takers: int = 3) -> str:
    round_id = _closed(world, takers)
    assert client.post(f"/organiser/rounds/{round_id}/items").status_code == 303
    with world.inside():
        assert jobs.run_waiting(now=world.now) == 1
    return round_id


def test_before_the_close_it_says_when(world: World) -> None:
    _, client = _organiser(world)
    page = client.get(f"/organiser/rounds/{world.round()}/items").text
    assert "Vòng thi chưa kết thúc" in page
    assert "Phân tích lại" not in page


def test_a_running_round_is_not_analysed(world: World) -> None:
    _, client = _organiser(world)
    round_id = world.round()
    answer = client.post(f"/organiser/rounds/{round_id}/items", follow_redirects=True)
    assert "Chỉ phân tích câu hỏi sau khi vòng thi kết thúc." in answer.text


def test_from_the_button_to_the_figures(world: World) -> None:
    _, client = _organiser(world)
    round_id = _closed(world)
    address = f"/organiser/rounds/{round_id}/items"
    assert "Bài làm cho biết gì về câu hỏi" in client.get(address).text
    assert f'href="{address}"' in client.get(f"/organiser/rounds/{round_id}").text
    for _ in range(2):
        assert client.post(address).status_code == 303
    waiting = client.get(address).text
    assert "data-job" in waiting
    assert "job-progress" in waiting
    with world.inside():
        assert jobs.run_waiting(now=world.now) == 1
    page = client.get(address).text
    assert "data-job" not in page
    for words in ("Tỷ lệ đúng trung bình", "66,7%", "Độ tin cậy của đề", "Kelley 1939", "vùng nên xem lại"):
        assert words in page
    assert 'style="' not in page


def test_nobody_sat(world: World) -> None:
    _, client = _organiser(world)
    page = client.get(f"/organiser/rounds/{_analysed(world, client, takers=0)}/items").text
    assert "Không có bài nào để phân tích" in page


def test_no_get_shows_a_choice_and_the_detail_is_recorded(world: World) -> None:
    person, client = _organiser(world)
    round_id = _analysed(world, client, takers=12)
    address = f"/organiser/rounds/{round_id}/items"
    with world.inside():
        pages = [client.get(f"{address}?sort={order}").text for order in item_words.ORDERS]
    versions = {int(found) for found in re.findall(r"/items/(\d+)\"", pages[0])}
    with world.inside():
        asked = usage_queries.asked(versions)
    for page in pages:
        assert CANARY not in page
        assert "Đáp án đúng" not in page
    assert {one.state for one in asked.values()} == {"approved"}
    kept = min(asked)
    with world.inside():
        assert history.exposures([kept]) == []
    shown = client.post(f"{address}/{kept}")
    assert shown.status_code == 200
    assert re.search(CANARY + r'<span class="key-mark">', shown.text)
    assert client.get(f"{address}/{kept}").headers["Location"].endswith("/items")
    with world.inside():
        assert [(one.person_id, one.how) for one in history.exposures([kept])] == [(person.id, "seen")]
    assert client.post(f"{address}/999999").status_code == 404
    question = client.get(f"/organiser/questions/{asked[kept].question_id}").text
    assert "Kết quả sử dụng" in question
    assert 'class="key-mark"' not in question


def test_the_excel_file_holds_figures_and_no_choice(world: World) -> None:
    _, client = _organiser(world)
    round_id = _analysed(world, client, takers=12)
    answer = client.get(f"/organiser/rounds/{round_id}/items.xlsx")
    rows = python_calamine.load_workbook(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert rows[3][:2] == ["Mã câu", "Câu hỏi"]
    assert len(rows) == 8
    assert all(CANARY not in str(cell) for row in rows for cell in row)
    assert client.get(f"/organiser/rounds/{world.round()}/items.xlsx").status_code == 404


def test_sorting_by_each_column(world: World) -> None:
    _, client = _organiser(world)
    round_id = _analysed(world, client, takers=12)
    address = f"/organiser/rounds/{round_id}/items"
    page = client.get(f"{address}?sort=facility").text
    shares = [float(n.replace(",", ".")) for n in re.findall(r'data-label="Tỷ lệ đúng">([\d,]+)%<', page)]
    assert len(shares) == 4
    assert shares == sorted(shares)
    assert 'aria-sort="ascending"' in page
    assert 'aria-sort="descending"' in client.get(f"{address}?sort=n").text
    assert client.get(f"{address}?sort=%27").status_code == 200


@pytest.mark.parametrize(("role", "status"), [("contact", 403), ("author", 403), (None, 403)])
def test_it_is_the_committees(world: World, role: str | None, status: int) -> None:
    round_id = _closed(world)
    client = world.client(world.person(role=role))
    for address in (f"/organiser/rounds/{round_id}/items", f"/organiser/rounds/{round_id}/items.xlsx"):
        assert client.get(address).status_code == status
    assert client.post(f"/organiser/rounds/{round_id}/items").status_code == status
    assert client.post(f"/organiser/rounds/{round_id}/items/1").status_code == status


def test_remarks_do_not_say_which_choice_is_wrong(world: World) -> None:
    shares = tuple(ChoiceShare(place, place == 1, 0.3, 0.3, 0.3) for place in range(3))
    flaws = tuple(
        Flaw(code, "Phương án %(number)s …", {"number": number})
        for code, number in (("wrong-key", 3), ("idle-distractor", 1), ("idle-distractor", 3))
    )
    found = ItemStatistics(1, 40, 0.5, 0.3, 0.2, 0.0, shares, flaws)
    with world.app.test_request_context():
        said = item_words.remarks(found)
    assert len(said) == 2
    assert not re.search(r"[Pp]hương án [13]", " ".join(said))
    assert "2 phương án sai" in said[1]


def test_the_command_prints_the_paper_and_the_worst(world: World) -> None:
    round_id = _closed(world, takers=4)
    runner = world.app.test_cli_runner()
    text = runner.invoke(analyse, [round_id])
    assert text.exit_code == 0, text.output
    assert "4 bài; tỷ lệ đúng 75.0%" in text.output
    machine = runner.invoke(analyse, [round_id, "--json"])
    assert '"paper": {"n": 4' in machine.output
