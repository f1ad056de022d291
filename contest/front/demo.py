"""The demo contest: sample data through the real verbs, each at its own moment.

Nothing here is written around the services, so what a newcomer sees is what the product does.
"""

import json
import random
import secrets
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from contest.agencies import queries as agencies
from contest.agencies import service as agency_verbs
from contest.front import sample_people
from contest.people import service as person_verbs
from contest.people.models import Person
from contest.results import service as result_verbs
from contest.rounds import feasibility
from contest.rounds import queries as rounds
from contest.rounds import service as round_verbs
from contest.rounds.rules import BlueprintCell, BoardPolicy, Reveal, RoundRules
from core.access import SYSTEM
from core.clock import LOCAL
from core.db import transaction
from questions.bank import queries as bank
from questions.imports import starter

TITLE = "Tìm hiểu hoạt động kiểm soát thủ tục hành chính và cung cấp, sử dụng dịch vụ công"
ORGANISER = "Ban Tổ chức Cuộc thi tỉnh Nghệ An (dữ liệu mẫu)"
CONTACT = "bàn hỗ trợ (mẫu), số điện thoại do Ban Tổ chức công bố"
INTRODUCTION = (
    "Cuộc thi nhằm nâng cao nhận thức của cán bộ, công chức, viên chức, người lao động và người dân "
    "về công tác cải cách hành chính, kiểm soát thủ tục hành chính.\n"
    "Đây là dữ liệu mẫu để chạy thử: câu hỏi chưa được thẩm định tại địa phương, người dự thi là nhân vật mẫu."
)
QUESTIONS = 20
ATTEMPTS = 2
HARD_TOPICS = 3
SAMPLE_TAKERS = 64
RUNNING_TAKERS = 10  # few enough that a newcomer finds a place in the public list
WEEK = timedelta(days=7)


def seed(*, now: datetime, file: Path, url: str) -> bool:
    """Make the demo unless a contest stands there; returns whether it was made.

    ``file`` receives the sign-ins (``{"url", "accounts": [{"role", "login", "password"}]}``).
    """
    agency_verbs.import_tree(actor=SYSTEM, now=now)
    starter.bring_in(actor=SYSTEM, now=now)
    if rounds.contests():
        _keep_a_round_open(now)
        return False
    randomness = random.Random(20240221)  # the date of Kế hoạch 122/KH-UBND: the same demo everywhere
    with transaction():
        accounts = _accounts(now)
        round_ids = _rounds(now)
        takers = _sample_takers(randomness, now)
        _sit_finished_week(randomness, takers, round_ids[0], now)
        _sit_running_week(randomness, takers[:RUNNING_TAKERS], round_ids[1], now)
    file.write_text(json.dumps({"url": url, "accounts": accounts}, ensure_ascii=False, indent=2), "utf-8")
    file.chmod(0o600)
    return True


def refresh_url(*, file: Path, url: str) -> None:
    """Keep the address in the sign-in file true when the port has changed."""
    if file.exists():
        data = json.loads(file.read_text("utf-8"))
        if data.get("url") != url:
            file.write_text(json.dumps({**data, "url": url}, ensure_ascii=False, indent=2), "utf-8")


def _accounts(now: datetime) -> list[dict[str, str]]:
    made = []
    for role, login, name, agency in (
        ("contestant", "nguoiduthi", "Trần Thị Mẫu", "SO-NV"),
        ("organiser", "bantochuc", "Lê Văn Mẫu", "SO-TP"),
        ("organiser", "bantochuc2", "Cao Thị Mẫu", "SO-NV"),  # for what two of the committee decide
        ("agency_contact", "daumoi", "Phạm Thị Mẫu", "SO-NV"),
    ):
        password = f"mau-{secrets.token_hex(4)}"
        person = _register(name, login, password, agency, now)
        if role == "organiser":
            person_verbs.grant_role(actor=SYSTEM, now=now, person_id=person.id, role="organiser")
        if role == "agency_contact":
            person_verbs.grant_role(
                actor=SYSTEM, now=now, person_id=person.id, role="contact", agency_id=person.agency_id
            )
        made.append({"role": role, "login": login, "password": password})
    return made


def _register(name: str, login: str, password: str, agency: str, now: datetime) -> Person:
    return person_verbs.register(
        actor=SYSTEM,
        now=now,
        login=login,
        password=password,
        full_name=name,
        agency_code=agency,
        consent=True,
        is_sample=True,
    )


def _rounds(now: datetime) -> list[str]:
    contest = round_verbs.create_contest(
        actor=SYSTEM,
        now=now,
        title=TITLE,
        organiser=ORGANISER,
        contact=CONTACT,
        introduction=INTRODUCTION,
        is_sample=True,
    )
    first = _monday_eight(now) - WEEK
    rules = RoundRules(
        minutes=20,
        attempts=ATTEMPTS,
        blueprint=_blueprint(first + 4 * WEEK),
        show_score=Reveal.RECEIPT,
        show_answers=Reveal.PUBLICATION,
        board=BoardPolicy.LIVE,
        top=20,
        trial=True,
    )
    made = []
    for week in range(4):
        opens_at = first + week * WEEK
        at = min(now, opens_at - timedelta(days=1))
        round_ = round_verbs.create_round(
            actor=SYSTEM,
            now=at,
            contest_id=contest.public_id,
            title=f"Tuần thi thứ {week + 1}",
            opens_at=opens_at,
            closes_at=opens_at + WEEK,
            rules=rules,
        )
        round_verbs.prepare(actor=SYSTEM, now=at, round_id=round_.public_id)
        made.append(round_.public_id)
    return made


def _blueprint(until: datetime) -> tuple[BlueprintCell, ...]:
    """One easy question of every topic, three hard ones, and medium ones up to twenty.

    Only of topics that have enough by what is known of the law at ``until``, for nobody meets a question twice.
    """
    have = bank.available(as_of=until.astimezone(LOCAL).date())
    codes = [topic.code for topic in bank.topics()]
    easy, medium, hard = ([c for c in codes if have.get((c, level), 0) >= ATTEMPTS] for level in (1, 2, 3))
    hard = hard[:HARD_TOPICS]
    medium = medium[: QUESTIONS - len(easy) - len(hard)]
    return tuple(BlueprintCell(code, level, 1) for level, some in ((1, easy), (2, medium), (3, hard)) for code in some)


def _keep_a_round_open(now: datetime) -> None:
    """A demo that is started again after its last week gets this week's round."""
    newest = rounds.contests()[0]
    listed = rounds.rounds(now=now, contest_id=newest.id, drafts=True)
    if not newest.is_sample or not listed or any(view.closes_at > now for view in listed):
        return
    opens_at, last = _monday_eight(now), listed[-1]
    # The law moves on, and with it what may be asked.
    rules = msgspec.structs.replace(last.rules, blueprint=_blueprint(opens_at + WEEK))
    if not feasibility.check_rules(rules, opens_at=opens_at, closes_at=opens_at + WEEK).ok:
        return
    round_ = round_verbs.create_round(
        actor=SYSTEM,
        now=now,
        contest_id=newest.id,
        title=f"Tuần thi thứ {last.number + 1}",
        opens_at=opens_at,
        closes_at=opens_at + WEEK,
        rules=rules,
    )
    round_verbs.prepare(actor=SYSTEM, now=now, round_id=round_.public_id)


def _monday_eight(now: datetime) -> datetime:
    """The last Monday 08:00 in Vietnam's time that is not after ``now``."""
    local = now.astimezone(LOCAL)
    monday = (local - timedelta(days=local.weekday())).replace(hour=8, minute=0, second=0, microsecond=0)
    return monday if monday <= local else monday - WEEK


def _sample_takers(randomness: random.Random, now: datetime) -> list[Person]:
    units = [u for u in agencies.all_pickable(today=now.astimezone(LOCAL).date()) if u.kind != "armed_force"]
    # A few agencies take part in number, so that the agencies' board has rows to compare.
    chosen = ["SO-NV", "SO-TP", "SO-TC", "SO-YT"] * 9 + [u.code for u in randomness.sample(units, 28)]
    takers = []
    for place, agency in enumerate(chosen[:SAMPLE_TAKERS], start=1):
        takers.append(
            _register(sample_people.name(randomness), f"mau{place:03d}", secrets.token_urlsafe(12), agency, now)
        )
    return takers


def _sit_finished_week(randomness: random.Random, takers: list[Person], round_id: str, now: datetime) -> None:
    view = rounds.round_(round_id, now=now)
    for person in takers:
        begun = view.opens_at + timedelta(seconds=randomness.uniform(0, 6.5 * 86_400))
        sample_people.sit(randomness, person, round_id, begun)
    closed = view.closes_at + timedelta(minutes=5)
    sheet = result_verbs.freeze(actor=SYSTEM, now=closed, round_id=round_id)
    result_verbs.publish(actor=SYSTEM, now=closed + timedelta(minutes=5), sheet_id=sheet.public_id)


def _sit_running_week(randomness: random.Random, takers: list[Person], round_id: str, now: datetime) -> None:
    """Company on the live board, as far as the week has already had time for it."""
    opens_at = rounds.round_(round_id, now=now).opens_at
    begun_within = (now - opens_at - timedelta(minutes=20)).total_seconds()
    for person in takers if begun_within > 0 else ():
        begun = opens_at + timedelta(seconds=randomness.uniform(0, begun_within))
        sample_people.sit(randomness, person, round_id, begun)
