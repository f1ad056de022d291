"""Keys, explanations and correctness leave no endpoint before the rules allow it (promise 6)."""

import hashlib
import re
from datetime import timedelta

import msgspec
import sqlalchemy as sa
from flask.testing import FlaskClient

from contest.boards import queries as boards_queries
from contest.boards import service as boards
from contest.results import service as results
from contest.rounds import queries as rounds
from contest.rounds.models import PoolRevision
from contest.rounds.rules import BlueprintCell, BoardPolicy, Reveal
from core.access import SYSTEM
from core.db import read, transaction
from questions.bank import service as bank
from questions.bank.content import item_of
from questions.bank.models import QuestionVersion
from questions.items import Citation, Item, Kind, Media, Situation
from questions.review import service as review
from tests.routes import TABLE
from tests.wire import ON_SQLITE, without_tokens
from tests.world import TOPICS, World

pytestmark = ON_SQLITE
UNKNOWN = "0" * 16
PLACEHOLDER = re.compile(r"<[^>]+>")
CANARY = "CHIM-HOANG-YEN"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(200)
PICTURE_SHA256 = hashlib.sha256(PICTURE).hexdigest()
TELLTALE = re.compile(r"is-correct|is-wrong|data-correct|\"(keys?|correct|explanation|citation|is_correct)\"\s*:")
Sheet = dict[str, list[int] | None]
HIDDEN = {"show_score": Reveal.PUBLICATION, "board": BoardPolicy.HIDDEN}


def _plant_canaries(world: World) -> None:
    """Only questions whose explanations and citations are easy to find, before any pool is frozen.

    Every paper has two questions of one situation, one with several right choices, and one of true and false.
    """
    kinds = {"mot-cua": Kind.MULTIPLE, "dich-vu-cong": Kind.TRUE_FALSE}
    world.ask_only(
        [_with_canary(topic, kinds.get(topic, Kind.SINGLE), number) for topic in TOPICS for number in range(3)],
        [Situation("TH", "Bà Hạnh nộp hồ sơ.", "Hồ sơ", (Media("anh.png", "image/png", "Bảng niêm yết", PICTURE),))],
    )


def _with_canary(topic: str, kind: Kind, number: int) -> Item:
    return Item(
        stem=f"Câu {topic} {number}?",
        choices=("Đúng", "Sai") if kind is Kind.TRUE_FALSE else ("Ý một", "Ý hai", "Ý ba", "Ý bốn"),
        keys=(0, 2) if kind is Kind.MULTIPLE else (0,),
        kind=kind,
        shuffle=kind is not Kind.TRUE_FALSE,
        explanation=CANARY + "-giai-thich",
        citations=(Citation(f"{CANARY}-{topic}", CANARY),),
        topic=topic,
        difficulty=1,
        situation="TH" if kind is Kind.SINGLE else "",
    )


def _project(world: World) -> None:
    with world.inside():
        boards.pass_over_all(now=world.now)
    boards_queries.forget()


def _everything(client: FlaskClient, ids: dict[str, str]) -> dict[str, str]:
    """Status, headers and bytes of every GET route, in both languages, with every id that fits."""
    found = {}
    for route in TABLE:
        if not route.safe or "openapi" in route.rule:
            continue
        url = route.rule
        for name in ("round", "attempt", "sheet", "contest"):
            url = url.replace(f"<pid:{name}_id>", ids.get(name, UNKNOWN))
        url = PLACEHOLDER.sub(UNKNOWN, url.replace("<string(length=64):sha256>", PICTURE_SHA256))
        for query in ("?lang=vi", "?lang=en"):
            answer = client.get(url + query)
            headers = {k: v for k, v in answer.headers.items() if k not in ("Set-Cookie", "Date")}
            text = answer.get_data().decode("utf-8", "replace")
            found[url + query] = f"{answer.status_code} {sorted(headers.items())}\n{without_tokens(text)}"
    return found


def _leaks(answers: dict[str, str]) -> list[str]:
    return [url for url, text in answers.items() if CANARY in text or TELLTALE.search(text)]


def _sitting(world: World, client: FlaskClient, round_id: str) -> tuple[str, Sheet, list[str]]:
    """Start, save, submit over HTTP; the attempt's id, its sheet and all that was answered."""
    started = client.post(f"/api/v1/rounds/{round_id}/attempts", json={})
    attempt = started.json["attempt"]
    sheet = {slot["slot"]: [0, 1] if slot["kind"] == "multiple" else [0] for slot in started.json["paper"]}
    page = client.get(f"/attempts/{attempt}")
    saved = client.put(f"/api/v1/attempts/{attempt}/answers", json={"epoch": 1, "seq": 1, "answers": sheet})
    handed_in = client.post(f"/api/v1/attempts/{attempt}/submission", json={"epoch": 1, "answers": sheet})
    changed = sheet | {"1": None}
    refused = client.post(f"/api/v1/attempts/{attempt}/submission", json={"epoch": 1, "answers": changed})
    answers = (started, page, saved, handed_in, refused)
    assert [answer.status_code for answer in answers] == [201, 200, 200, 200, 409]
    return attempt, sheet, [answer.text + str(answer.headers) for answer in answers]


def test_no_answer_to_a_contestant_tells_before_publication(world: World) -> None:
    _plant_canaries(world)
    person = world.person()
    round_id = world.round(lasts=timedelta(hours=2), show_answers=Reveal.PUBLICATION)
    other_id = world.round(lasts=timedelta(days=3))
    client = world.client(person)
    attempt, _, answers = _sitting(world, client, round_id)
    assert answers[0].count('"situation"') == 2
    assert '"kind": "multiple"' in answers[0] or '"kind":"multiple"' in answers[0]
    ids = {"round": round_id, "attempt": attempt}
    _project(world)
    assert [text for text in answers if CANARY in text or TELLTALE.search(text)] == []
    assert _leaks(_everything(client, ids)) == []
    assert _leaks(_everything(world.client(), ids)) == []
    world.later(hours=3)
    with world.inside():
        sheet = results.freeze(actor=SYSTEM, now=world.now, round_id=round_id).public_id
    assert _leaks(_everything(client, ids | {"sheet": sheet})) == []
    with world.inside():
        results.publish(actor=SYSTEM, now=world.now, sheet_id=sheet)
    _project(world)
    # Another round still asks from the same pool.
    assert world.view(other_id).state == "open"
    assert _leaks(_everything(client, ids | {"sheet": sheet})) == []
    world.later(days=3)
    receipt = f"/attempts/{attempt}/receipt"
    assert set(_leaks(_everything(client, ids | {"sheet": sheet}))) == {receipt + "?lang=vi", receipt + "?lang=en"}
    assert _leaks(_everything(world.client(world.person()), ids | {"sheet": sheet})) == []


def test_answers_that_are_never_shown_stay_hidden(world: World) -> None:
    _plant_canaries(world)
    round_id = world.round(lasts=timedelta(hours=2))
    client = world.client(world.person())
    attempt, _, _ = _sitting(world, client, round_id)
    world.later(hours=3)
    with world.inside():
        sheet = results.freeze(actor=SYSTEM, now=world.now, round_id=round_id).public_id
        results.publish(actor=SYSTEM, now=world.now, sheet_id=sheet)
    _project(world)
    assert _leaks(_everything(client, {"round": round_id, "attempt": attempt, "sheet": sheet})) == []


def _other_keys(world: World) -> None:
    """The same world with other keys: every frozen key moves to the next choice, of several one is left."""
    with world.inside(), transaction() as session:
        session.execute(sa.text("DROP TRIGGER IF EXISTS pool_revision_no_update"))
        for revision in session.scalars(sa.select(PoolRevision)):
            revision.pool = [
                row | {"keys": [(key + 1) % len(row["choices"]) for key in row["keys"][:1]]} for row in revision.pool
            ]
    rounds.pool.cache_clear()


def test_two_worlds_that_differ_in_keys_answer_alike(world: World) -> None:
    """Hidden score, hidden board: nothing that is said before the close depends on the keys."""
    _plant_canaries(world)
    round_id = world.round(**HIDDEN)
    client = world.client(world.person())
    finished, handed_in, _ = _sitting(world, client, round_id)
    running = client.post(f"/api/v1/rounds/{round_id}/attempts", json={}).json["attempt"]
    _project(world)
    sheet = {str(slot): [0] for slot in range(1, 5)}

    def said() -> dict[str, str]:
        save = client.put(f"/api/v1/attempts/{running}/answers", json={"epoch": 1, "seq": 1, "answers": sheet}).text
        again = client.post(f"/api/v1/attempts/{finished}/submission", json={"epoch": 1, "answers": handed_in}).text
        boards_queries.forget()
        pages = [_everything(client, {"round": round_id, "attempt": a}) for a in (running, finished)]
        return {"save": save, "again": again} | pages[0] | pages[1]

    before = said()
    _other_keys(world)
    after = said()
    assert [url for url in before if before[url] != after[url]] == []


def test_the_receipt_of_a_hidden_score_does_not_depend_on_being_right(world: World) -> None:
    round_id = world.round(**HIDDEN)
    sizes = set()
    for right in range(5):
        person = world.person()
        attempt = world.start(person, round_id)
        answer = world.client(person).post(
            f"/api/v1/attempts/{attempt.public_id}/submission",
            json={"epoch": 1, "answers": world.sheet(attempt, right=right)},
        )
        assert set(answer.json) == {"code", "submitted_at", "elapsed_ms", "answered"}
        sizes.add(len(answer.get_data()))
        mine = world.client(person).get(f"/api/v1/rounds/{round_id}/board/me")
        assert mine.json == {}
    assert len(sizes) == 1


def test_a_question_that_another_round_asks_in_a_new_wording_stays_secret(world: World) -> None:
    """The old wording's key is the new one's: what is in play goes by question, not by wording."""
    world.ask_only([_with_canary(topic, Kind.TRUE_FALSE, 0) for topic in TOPICS])
    client = world.client(world.person())
    round_id = world.round(attempts=1, lasts=timedelta(hours=2), show_answers=Reveal.PUBLICATION)
    attempt, _, _ = _sitting(world, client, round_id)
    world.later(hours=3)
    with world.inside():
        sheet = results.freeze(actor=SYSTEM, now=world.now, round_id=round_id).public_id
        results.publish(actor=SYSTEM, now=world.now, sheet_id=sheet)
    receipt, reason = f"/attempts/{attempt}/receipt", f"{CANARY}-giai-thich"
    assert client.get(receipt).text.count(reason) == len(TOPICS)
    _reworded(world, "Câu mot-cua 0?", "Câu một cửa, nói cách khác?")
    world.round(attempts=1, lasts=timedelta(days=3), blueprint=(BlueprintCell("mot-cua", 1, 1),))
    shown = client.get(receipt).text
    assert "Câu mot-cua 0?" not in shown
    assert f"{CANARY}-mot-cua" not in shown
    assert shown.count(reason) == len(TOPICS) - 1
    world.later(days=4)
    assert client.get(receipt).text.count(reason) == len(TOPICS)


def _reworded(world: World, stem: str, new: str) -> None:
    """A question that is drawn in another wording from now on."""
    reviewer = world.actor(world.person("VP-UBND", role="reviewer"))
    with world.inside():
        old = read().scalars(sa.select(QuestionVersion).where(QuestionVersion.stem == stem)).one()
        question_id = old.question.public_id
        item = msgspec.structs.replace(item_of(old), stem=new)
        made = bank.edit(
            actor=SYSTEM,
            now=world.now,
            question_id=question_id,
            item=item,
            situation=old.situation,
            based_on=old.sha256,
        )
        review.submit(actor=SYSTEM, now=world.now, question_ids=[question_id])
        review.approve(actor=reviewer, now=world.now, question_id=question_id, sha256=made.sha256)
