"""The page of the official text: names, amendments in words, what binds the organiser; nothing that tells a key."""

import re
from datetime import timedelta

import msgspec

from contest.attempts import key_changes, window
from contest.front.official_rules.amendments import amended
from contest.front.official_rules.text import Names
from contest.rounds import queries as rounds
from contest.rounds import service as round_verbs
from contest.rounds.rules import BoardPolicy, Reveal
from core.access import SYSTEM
from questions.items import Item
from tests.wire import ON_SQLITE
from tests.world import TOPICS, World

pytestmark = ON_SQLITE


def _main(page: str) -> str:
    text = re.sub(r"<[^>]+>", " ", page[page.index("<main") : page.index("</main>")])
    return re.sub(r"\s+", " ", text)


def test_names_of_agencies_blocs_and_topics(world: World) -> None:
    world.round(
        opens=timedelta(days=1),
        agencies=("SO-NV",),
        blocs=("cap-xa",),
        attempts=0,
        show_score=Reveal.CLOSE,
        board=BoardPolicy.HIDDEN,
    )
    page = world.client().get("/rules").text
    text = _main(page)
    assert "Điều 1. Đối tượng dự thi" in text
    assert "Sở Nội vụ" in text
    assert "khối Xã, phường" in text
    assert "Cơ chế một cửa" in text
    assert "không giới hạn lượt thi" in text
    assert "mot-cua" not in text
    assert re.search(r'href="/rounds/[0-9a-z]{16}/manifest"', page)


def test_a_contest_without_rounds(world: World) -> None:
    assert "Thể lệ chưa được đăng" in world.client().get("/rules").text


def test_amendments_in_words(world: World) -> None:
    round_id = world.round()
    rules = world.view(round_id).rules
    with world.inside():
        more = msgspec.structs.replace(rules, attempts=3, board=BoardPolicy.HIDDEN, show_score=Reveal.CLOSE)
        round_verbs.amend_rules(actor=SYSTEM, now=world.now, round_id=round_id, rules=more, reason="Nhiều người bận")
        last = msgspec.structs.replace(more, attempts=4)
        round_verbs.amend_rules(actor=SYSTEM, now=world.now, round_id=round_id, rules=last, reason="Đợt mưa lũ")
        closes_at = world.view(round_id).closes_at + timedelta(hours=2)
        window.extend(
            actor=SYSTEM, now=world.now, round_id=round_id, closes_at=closes_at, reason="Mất điện", agency_code="SO-NV"
        )
        window.pause(actor=SYSTEM, now=world.now, round_id=round_id, reason="Sự cố mạng")
        world.later(minutes=10)
        window.resume(actor=SYSTEM, now=world.now, round_id=round_id, reason="Đã khắc phục")
        view = world.view(round_id)
        found = amended(view, rounds.amendments([view.pk])[view.pk], Names())
    said = [
        [(before.text if before else None, after.text if after else None) for before, after in one.changes]
        for one in found
    ]
    assert [one.number for one in found] == [1, 2, 3, 4, 5]
    first = dict(said[0])
    tail = (
        "Người thi nhiều lượt: tính lượt có kết quả tốt nhất, so lần lượt theo điểm cao hơn, thời gian làm bài "
        "ngắn hơn, nộp bài sớm hơn."
    )
    assert first[f"Mỗi người có 2 lượt thi. {tail}"] == f"Mỗi người có 3 lượt thi. {tail}"
    assert first["Điểm hiện cho người dự thi ngay khi nộp bài."].endswith("sau khi vòng thi kết thúc.")
    assert len(first) == 3
    assert said[1] == [(f"Mỗi người có 3 lượt thi. {tail}", f"Mỗi người có 4 lượt thi. {tail}")]
    assert said[2] == [
        (
            "Riêng SO-NV và đơn vị trực thuộc: kết thúc lúc 08:00, thứ Hai, 30/11/2026.",
            "Riêng SO-NV và đơn vị trực thuộc: kết thúc lúc 10:00, thứ Hai, 30/11/2026.",
        )
    ]
    assert said[3] == [(None, "Vòng thi tạm dừng từ 08:00, thứ Hai, 23/11/2026.")]
    assert said[4][0][1].startswith("Vòng thi tiếp tục từ 08:10, thứ Hai, 23/11/2026")
    text = _main(world.client().get("/rules").text)
    assert "Sửa đổi số 1" in text
    assert "Lý do: Nhiều người bận" in text
    assert "Riêng Sở Nội vụ và đơn vị trực thuộc: kết thúc lúc 10:00, thứ Hai" in text


def test_a_changed_key_is_told_without_the_key(world: World) -> None:
    world.ask_only([Item(f"{t} {n}?", ("Một", "Hai"), (0,), topic=t, difficulty=1) for t in TOPICS for n in range(9)])
    round_id = world.round()
    first, second = (world.actor(world.person("VP-UBND", role="organiser")) for _ in range(2))
    with world.inside():
        view = rounds.round_(round_id, now=world.now)
        old = rounds.pool(view.pk, view.revision)
        change = key_changes.propose(
            actor=first,
            now=world.now,
            round_id=round_id,
            version_id=old.items[0].version_id,
            keys=(1,),
            reason="Phương án Hai mới đúng",
        )
        key_changes.approve(actor=second, now=world.now, change_id=change.public_id)
        new = rounds.pool(view.pk, view.revision + 1)
    text = _main(world.client().get("/rules").text)
    assert "Đáp án của một câu hỏi được sửa" in text
    assert "Phương án Hai" not in text
    assert new.commitment[:8] in text
    assert old.commitment[:8] not in text
