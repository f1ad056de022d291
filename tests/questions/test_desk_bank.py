"""The list and a question's page: bulk acts, odd addresses, and keys only for whoever asks on record."""

import re

import pytest
from flask.testing import FlaskClient

from core.access import SYSTEM
from questions.bank import list_queries, queries, service
from questions.bank.list_queries import Filters
from questions.review import history
from questions.review import service as review
from tests.questions.made import add, approved, home, item, line
from tests.wire import ON_SQLITE
from tests.world import World

pytestmark = ON_SQLITE
LIST = "/organiser/questions"


@pytest.fixture
def desk(world: World) -> FlaskClient:
    """The committee's browser."""
    return world.client(world.person(role="organiser"))


def test_the_list_narrows_and_survives_any_address(desk: FlaskClient) -> None:
    answer = desk.get(LIST + "?text=dich+vu+cong&topic=mot-cua&state=sample&difficulty=1&kind=single")
    assert answer.status_code == 200
    assert "Mẫu" in answer.text
    for query in (
        "page=0",
        "page=99999999999999999999",
        "page=ba",
        "difficulty=9&state=x&kind=y",
        "text=" + "%25_" * 300,
        "tag=%22%25",
        "document=khong-co",
        "topic=" + "x" * 500,
    ):
        assert desk.get(f"{LIST}?{query}").status_code == 200, query
    assert desk.get(LIST + "?bank=" + "0" * 16).status_code == 404


def test_coverage_says_what_a_blueprint_lacks(desk: FlaskClient, world: World) -> None:
    answer = desk.get(LIST + "/coverage?plan=mot-cua.1.5,mot-cua.2.x,..,van-thu.3.4&papers=3")
    assert answer.status_code == 200
    with world.inside():
        have = queries.available()["van-thu", 3]
    assert f"thiếu {12 - have}" in answer.text


def test_drafts_are_handed_over_together(desk: FlaskClient, world: World) -> None:
    with world.inside():
        one, two = add(world, item("Một?"), item("Hai?"))
    answer = desk.post(LIST + "/bulk", data={"act": "submit", "id": [one.public_id, two.public_id]})
    assert answer.status_code == 303
    with world.inside():
        assert {line(one).state, line(two).state} == {"in_review"}


def test_everything_that_the_filter_leaves_is_tagged(desk: FlaskClient, world: World) -> None:
    desk.post(LIST + "/bulk", data={"act": "tag", "all": "1", "topic": "van-thu", "tags": "Ôn tập, Văn thư"})
    with world.inside():
        tagged = list_queries.ids(home(), Filters(tag="Văn thư"))
        assert sorted(tagged) == sorted(list_queries.ids(home(), Filters(topic="van-thu")))


def test_too_many_or_too_long_tags_are_refused_with_a_sentence(desk: FlaskClient, world: World) -> None:
    with world.inside():
        (question,) = add(world, item(tags=("Một", "Hai")))
    for tags in ("x" * 61, ",".join(f"thẻ {n}" for n in range(9))):
        desk.post(LIST + "/bulk", data={"act": "tag", "id": question.public_id, "tags": tags})
        assert "Tối đa 10 thẻ, mỗi thẻ không dài quá 60 ký tự." in desk.get(LIST).text
    with world.inside():
        assert line(question).tags == ["Một", "Hai"]


def test_a_bulk_act_that_one_question_refuses_changes_none(desk: FlaskClient, world: World) -> None:
    with world.inside():
        (draft,) = add(world, item("Một?"))
        sample = list_queries.ids(home(), Filters(state="sample"))[0]
    desk.post(LIST + "/bulk", data={"act": "submit", "id": [draft.public_id, sample]})
    assert "không phải bản nháp" in desk.get(LIST).text
    with world.inside():
        assert line(draft).state == "draft"


@pytest.mark.parametrize("data", [{"act": "retire", "all": "1"}, {"act": "submit"}, {"act": "tag", "id": "0" * 16}])
def test_a_bulk_act_that_lacks_something_says_so(desk: FlaskClient, data: dict[str, str]) -> None:
    answer = desk.post(LIST + "/bulk", data=data)
    assert answer.status_code == 303
    assert 'class="notice notice-bad" role="alert"' in desk.get(LIST).text


def test_an_unknown_bulk_act_is_refused(desk: FlaskClient) -> None:
    assert desk.post(LIST + "/bulk", data={"act": "burn", "all": "1"}).status_code == 422


def test_keys_of_an_approved_question_are_shown_on_record_only(desk: FlaskClient, world: World) -> None:
    reader = world.person(role="organiser", name="Trần Thị Duyệt")
    with world.inside():
        (question,) = approved(world, item(explanation="CHIM-XANH"), reviewer=world.actor(reader))
    address = f"{LIST}/{question.public_id}"
    quiet = desk.get(address)
    assert quiet.status_code == 200
    assert "CHIM-XANH" not in quiet.text
    assert "key-mark" not in quiet.text
    for _ in range(2):
        loud = desk.post(address + "/keys")
        assert "CHIM-XANH" in loud.text
        assert loud.text.count("key-mark") == 1
    with world.inside():
        (seen,) = [e for e in history.exposures([queries.versions([question.public_id])[0].id]) if e.times > 1]
        assert (seen.how, seen.times) == ("seen", 2)


def test_what_was_changed_between_two_versions_is_shown(desk: FlaskClient, world: World) -> None:
    with world.inside():
        (question,) = approved(world, item(), reviewer=world.actor(world.person(role="organiser")))
        service.edit(
            actor=SYSTEM,
            now=world.now,
            question_id=question.public_id,
            item=item("Nơi nào công khai thủ tục hành chính?"),
            based_on=line(question).sha256,
        )
    address = f"{LIST}/{question.public_id}"
    assert "<ins>" not in desk.get(address).text
    assert "<ins>Nơi nào công khai thủ tục hành chính?</ins>" in desk.post(address + "/keys").text


def test_a_quarantined_question_says_why_and_is_lifted_with_a_reason(desk: FlaskClient, world: World) -> None:
    with world.inside():
        held = list_queries.listing(home(), Filters(state="quarantined"))[0][0]
    address = f"{LIST}/{held.id}"
    assert "bị thay thế" in desk.get(address).text
    desk.post(address + "/lift", data={"text": ""})
    with world.inside():
        assert list_queries.listing(home(), Filters(text=held.code))[0][0].state == "quarantined"
    said = {"text": "Đã đối chiếu, nội dung lịch sử vẫn đúng."}
    desk.post(address + "/lift", data=said)
    with world.inside():
        assert list_queries.listing(home(), Filters(text=held.code))[0][0].state == "quarantined"
    page = desk.get(address).text
    for name in ("sha256", "causes"):
        (said[name],) = re.findall(f'name="{name}" value="([^"]+)"', page)
    desk.post(address + "/lift", data=said)
    with world.inside():
        assert list_queries.listing(home(), Filters(text=held.code))[0][0].state == "sample"


def test_acts_out_of_order_are_refused_with_a_sentence(desk: FlaskClient, world: World) -> None:
    with world.inside():
        (question,) = add(world)
    address = f"{LIST}/{question.public_id}"
    for act in ("withdraw", "lift", "retire", "comment"):
        assert desk.post(f"{address}/{act}", data={"text": ""}).status_code == 303
        assert 'role="alert"' in desk.get(address).text, act
    with world.inside():
        assert line(question).state == "draft"
        review.submit(actor=SYSTEM, now=world.now, question_ids=[question.public_id])
    assert desk.post(address + "/submit").status_code == 303
    assert desk.get(f"{LIST}/{'0' * 16}").status_code == 404
