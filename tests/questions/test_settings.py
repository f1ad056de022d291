"""Thiết lập: topics, whose bank is whose, who writes and who reviews."""

import sqlalchemy as sa

from contest.people.models import RoleGrant
from core.access import Permission
from core.audit import AuditEntry
from core.db import read
from questions.bank import queries
from questions.bank.models import Bank
from tests.questions import made
from tests.wire import ON_SQLITE
from tests.world import World

OWNERS = "/organiser/banks/owners"


def _organiser(world: World):
    return world.client(world.person("VP-UBND", role="organiser"))


def _topic(world: World, code: str) -> queries.TopicRow:
    with world.inside():
        return next(row for row in queries.topics() if row.code == code)


def test_a_topic_is_added_renamed_and_moved(world: World) -> None:
    client = _organiser(world)
    sent = {"name": "Thủ tục đất đai", "parent": "mot-cua"}
    assert client.post("/organiser/banks/topics/new", data=sent).status_code == 303
    assert _topic(world, "thu-tuc-dat-dai").parent == "mot-cua"
    assert client.post("/organiser/banks/topics/new", data=sent).status_code == 303
    assert _topic(world, "thu-tuc-dat-dai-2").name == "Thủ tục đất đai"  # never renames the one that is there
    moved = {"name": "Đất đai", "parent": ""}
    assert client.post("/organiser/banks/topics/thu-tuc-dat-dai", data=moved).status_code == 303
    row = _topic(world, "thu-tuc-dat-dai")
    assert (row.name, row.parent) == ("Đất đai", None)
    assert "Đất đai" in client.get("/organiser/banks").text


@ON_SQLITE
def test_a_topic_is_not_below_itself_and_needs_a_name(world: World) -> None:
    client = _organiser(world)
    client.post("/organiser/banks/topics/new", data={"name": "Con của một cửa", "parent": "mot-cua"})
    below = client.post("/organiser/banks/topics/mot-cua", data={"name": "Một cửa", "parent": "con-cua-mot-cua"})
    assert below.status_code == 422
    assert "không thể nằm trong chính nó" in below.text
    assert client.post("/organiser/banks/topics/new", data={"name": " "}).status_code == 422
    assert client.post("/organiser/banks/topics/new", data={"name": "Đất", "parent": "khong-co"}).status_code == 422
    assert client.post("/organiser/banks/topics/khong-co", data={"name": "Đất"}).status_code == 404
    assert client.post("/organiser/banks/topics/new", data={"name": "!!!", "parent": ""}).status_code == 303


@ON_SQLITE
def test_only_the_committee_changes_topics_and_owners(world: World) -> None:
    client = world.client(world.person("VP-UBND", role="author"))
    page = client.get("/organiser/banks")
    assert page.status_code == 200
    assert "topics/new" not in page.text
    assert OWNERS not in page.text
    assert client.post("/organiser/banks/topics/new", data={"name": "Đất đai"}).status_code == 403
    assert client.get(OWNERS).status_code == 403


def test_a_bank_of_an_agency_is_made_shared_and_no_longer(world: World) -> None:
    client, agency = _organiser(world), world.agency_id("SO-NV")
    sent = {"name": "Ngân hàng Sở Nội vụ", "scope": "agency", "agency": "Sở Nội vụ", "agency_code": "SO-NV"}
    assert client.post(f"{OWNERS}/new", data=sent).status_code == 303
    taken = client.post(f"{OWNERS}/new", data=sent)
    assert (taken.status_code, "Đã có ngân hàng câu hỏi mang tên này." in taken.text) == (422, True)
    with world.inside():
        bank = read().scalars(sa.select(Bank).where(Bank.owner_id == agency)).one()
    shares = f"/organiser/banks/{bank.public_id}/shares"
    assert client.post(shares, data={"scope": "province"}).status_code == 303
    assert client.post(shares, data={"scope": "agency", "agency": "Sở Tư pháp"}).status_code == 303
    itself = client.post(shares, data={"scope": "agency", "agency_code": "SO-NV"})
    assert (itself.status_code, "chính là chủ quản" in itself.text) == (422, True)
    other = world.agency_id("SO-TP")
    with world.inside():
        assert queries.shares(made.SYSTEM)[bank.id] == [0, other]
    assert "Sở Tư pháp" in client.get(OWNERS).text
    assert client.post(f"{shares}/remove", data={"owner": str(other)}).status_code == 303
    with world.inside():
        assert queries.shares(made.SYSTEM)[bank.id] == [0]
    assert client.post(f"{shares}/remove", data={"owner": "x"}).status_code == 303


@ON_SQLITE
def test_an_unclear_agency_is_offered_to_choose(world: World) -> None:
    client = _organiser(world)
    answer = client.post(f"{OWNERS}/new", data={"name": "Ngân hàng", "scope": "agency", "agency": "so"})
    assert answer.status_code == 422
    assert 'type="radio" name="agency_code"' in answer.text
    assert 'value="Ngân hàng"' in answer.text
    for wrong in ({"scope": "x"}, {"scope": "agency", "agency": ""}, {"scope": "agency", "agency_code": "KHONG-CO"}):
        assert client.post(f"{OWNERS}/new", data={"name": "Ngân hàng", **wrong}).status_code == 422


def test_a_role_is_granted_and_taken_back_at_once(world: World) -> None:
    client, person = _organiser(world), world.person("SO-NV", name="Nguyễn Thị Biên Soạn", login="biensoan")
    theirs = world.client(person)
    assert theirs.get("/organiser/questions").status_code == 403
    with world.inside():
        made.empty_bank(world, "Ngân hàng Sở Nội vụ", owner_id=person.agency_id or 0)
    sent = {"login": "BienSoan", "role": "author", "scope": "agency"}
    assert client.post(f"{OWNERS}/roles", data=sent).status_code == 303
    assert "Nguyễn Thị Biên Soạn" in client.get(OWNERS).text
    assert theirs.get("/organiser/questions").status_code == 200
    assert world.actor(person).may(Permission.BANK_WRITE, person.agency_id)
    assert not world.actor(person).may(Permission.BANK_WRITE)
    taken = {"person": str(person.id), "role": "author", "agency": str(person.agency_id)}
    assert client.post(f"{OWNERS}/roles/revoke", data=taken).status_code == 303
    assert theirs.get("/organiser/questions").status_code == 403
    again = client.post(f"{OWNERS}/roles/revoke", data=taken, follow_redirects=True)
    assert "không còn giữ vai trò" in again.text
    with world.inside():
        assert not read().scalars(sa.select(RoleGrant).where(RoleGrant.person_id == person.id)).all()
        acts = [entry.action for entry in read().scalars(sa.select(AuditEntry))]
        assert acts.count("people.role-granted") >= 1
        assert acts.count("people.role-revoked") == 1


@ON_SQLITE
def test_what_is_wrong_with_a_role_is_told_at_its_field(world: World) -> None:
    client = _organiser(world)
    world.person("SO-NV", login="biensoan")
    good = {"login": "biensoan", "role": "reviewer", "scope": "province"}
    for wrong, sentence in (
        ({"login": "khong-co-ai"}, "Chưa có tài khoản nào"),
        ({"login": "  "}, "Đề nghị điền mục này."),
        ({"role": "organiser"}, "Đề nghị chọn vai trò."),
        ({"scope": "all"}, "Đề nghị chọn phạm vi."),
    ):
        answer = client.post(f"{OWNERS}/roles", data=good | wrong)
        assert (answer.status_code, sentence in answer.text) == (422, True), sentence
    assert client.post(f"{OWNERS}/roles/revoke", data={"person": "1", "role": "organiser"}).status_code == 303
    assert client.get(OWNERS).status_code == 200
