"""Every route with who may use it: the table that access tests walk (promise 10)."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from contest.attempts import key_changes, key_rehearsals
from contest.attempts.incidents import service as incidents
from contest.attempts.incidents.rules import Kind
from contest.attempts.incidents.service import Draft
from contest.attempts.models import Attempt
from contest.boards import queries as boards_queries
from contest.boards import service as boards
from contest.people.models import Person
from contest.results import service as results
from contest.rounds import queries as rounds
from core.access import SYSTEM
from questions.bank import list_queries
from questions.bank import queries as bank
from questions.imports import service as imports
from questions.law import queries as law
from tests.world import World

ROLES = ("anonymous", "contestant", "other contact", "contact", "organiser")
EVERYBODY = (200,) * 5
SIGNED_IN = (302, 200, 200, 200, 200)
SIGNED_IN_API = (401, 200, 200, 200, 200)
OWNER = (302, 200, 404, 404, 404)
OWNER_UNSAFE = (401, 200, 404, 404, 404)
COMMITTEE = (302, 403, 403, 403, 200)


def _committee(status: int) -> tuple[int, ...]:
    return (401, 403, 403, 403, status)


@dataclass(frozen=True)
class Route:
    """A route, the ids it is called with, what is sent, and the status for each of ``ROLES``."""

    method: str
    rule: str
    expected: tuple[int, ...]
    ids: dict[str, str] = field(default_factory=dict)
    form: dict[str, Any] | None = None
    json: Any = None

    @property
    def safe(self) -> bool:
        """Whether the method may not change anything."""
        return self.method == "GET"

    @property
    def exempt(self) -> bool:
        """Signing in by JSON needs no token: it is guarded by JSON and the own Origin."""
        return (self.method, self.rule) == ("POST", "/api/v1/session")


def _get(rule: str, expected: tuple[int, ...], **ids: str) -> Route:
    return Route("GET", rule, expected, ids)


def _post(rule: str, expected: tuple[int, ...], form: dict[str, Any] | None = None, **ids: str) -> Route:
    return Route("POST", rule, expected, ids, form=form or {})


ROUND, SHEET, ATTEMPT = "<pid:round_id>", "<pid:sheet_id>", "<pid:attempt_id>"
KEYS = f"/organiser/rounds/{ROUND}/keys"
INCIDENT = "<pid:incident_id>"
MEDIA = "<string(length=64):sha256>"
# Ids are names of ``Cast.ids``. Unsafe routes stand in the order in which they can follow each other.
TABLE = [
    _get("/livez", EVERYBODY),
    _get("/readyz", EVERYBODY),
    _get("/", EVERYBODY),
    _get("/contests/<pid:contest_id>", EVERYBODY, contest_id="contest"),
    _get("/contests/<pid:contest_id>/rules", EVERYBODY, contest_id="contest"),
    _get("/rounds/<pid:round_id>", (302,) * 5, round_id="open"),
    _get("/rules", EVERYBODY),
    _get("/board", (302,) * 5),
    _get(f"/rounds/{ROUND}/board", EVERYBODY, round_id="open"),
    _get(f"/rounds/{ROUND}/board/agencies", EVERYBODY, round_id="open"),
    _get(f"/rounds/{ROUND}/waiting", EVERYBODY, round_id="open"),
    _get(f"/rounds/{ROUND}/waiting/own", SIGNED_IN, round_id="open"),
    _get("/results", EVERYBODY),
    _get(f"/results/{SHEET}", EVERYBODY, sheet_id="published"),
    _get(f"/results/{SHEET}.xlsx", EVERYBODY, sheet_id="published"),
    _get("/sign-in", (200, 302, 302, 302, 302)),
    _get("/register", EVERYBODY),
    _get("/account", SIGNED_IN),
    _get(f"/rounds/{ROUND}/manifest", EVERYBODY, round_id="closed"),
    _get("/agency", (302, 403, 200, 200, 403)),
    _get(f"/attempts/{ATTEMPT}", OWNER, attempt_id="running"),
    _get(f"/attempts/{ATTEMPT}/receipt", OWNER, attempt_id="finished"),
    _get(f"/api/v1/attempts/{ATTEMPT}", (401, 200, 404, 404, 404), attempt_id="running"),
    _get(f"/media/{MEDIA}", SIGNED_IN, sha256="picture"),
    _get("/organiser", COMMITTEE),
    _get("/organiser/questions", COMMITTEE),
    _get("/organiser/questions/coverage", COMMITTEE),
    _get("/organiser/questions/<pid:question_id>", COMMITTEE, question_id="sample_question"),
    _get("/organiser/questions/<pid:question_id>/keys", (302, 403, 403, 403, 303), question_id="sample_question"),
    _get("/organiser/questions/new", COMMITTEE),
    _get("/organiser/questions/<pid:question_id>/edit", COMMITTEE, question_id="sample_question"),
    _get("/organiser/imports", COMMITTEE),
    _get("/organiser/imports/samples/<string:name>", COMMITTEE, name="import_sample"),
    _get("/organiser/imports/<pid:file_id>", COMMITTEE, file_id="import_file"),
    _get("/organiser/imports/<pid:file_id>.json", COMMITTEE, file_id="import_file"),
    _get("/organiser/imports/<pid:file_id>/problems.csv", COMMITTEE, file_id="import_file"),
    _get("/organiser/tasks", COMMITTEE),
    _get("/organiser/tasks/<pid:job_id>.json", COMMITTEE, job_id="job"),
    _get("/organiser/situations", COMMITTEE),
    _get("/organiser/situations/new", COMMITTEE),
    _get("/organiser/situations/edit", (302, 403, 403, 403, 404)),
    _get("/organiser/banks", COMMITTEE),
    _get("/organiser/banks/topics/<string:topic>", COMMITTEE, topic="topic"),
    _get("/organiser/banks/owners", COMMITTEE),
    _get("/organiser/exports", COMMITTEE),
    _get("/organiser/exports/print", COMMITTEE),
    _get("/organiser/review", COMMITTEE),
    _get("/organiser/review/minutes", COMMITTEE),
    _get("/organiser/law", COMMITTEE),
    _get("/organiser/law/new", COMMITTEE),
    _get("/organiser/law/impact", COMMITTEE),
    _get("/organiser/law/file", COMMITTEE),
    _get("/organiser/law/file/template.xlsx", COMMITTEE),
    _get("/organiser/law/<pid:document_id>", COMMITTEE, document_id="law"),
    _get("/organiser/law/<pid:document_id>/edit", COMMITTEE, document_id="law"),
    _get("/organiser/contests/new", COMMITTEE),
    _get("/organiser/contests/<pid:contest_id>/rounds/new", COMMITTEE, contest_id="contest"),
    _get("/organiser/contests/<pid:contest_id>/edit", COMMITTEE, contest_id="contest"),
    _get("/organiser/contests/<pid:contest_id>/standing", COMMITTEE, contest_id="contest"),
    _get(f"/organiser/rounds/{ROUND}", COMMITTEE, round_id="open"),
    _get(f"/organiser/rounds/{ROUND}/board", COMMITTEE, round_id="open"),
    _get(f"/organiser/rounds/{ROUND}/board/agencies", COMMITTEE, round_id="open"),
    _get(f"/organiser/rounds/{ROUND}/edit", COMMITTEE, round_id="draft"),
    _get(f"/organiser/rounds/{ROUND}/simulation", COMMITTEE, round_id="draft"),
    _get(f"/organiser/rounds/{ROUND}/amend", COMMITTEE, round_id="open"),
    _get(f"/organiser/rounds/{ROUND}/takers", COMMITTEE, round_id="open"),
    _get(f"/organiser/rounds/{ROUND}/rehearsals", COMMITTEE, round_id="draft"),
    _get(f"/organiser/rounds/{ROUND}/time", COMMITTEE, round_id="open"),
    _get(f"{KEYS}", COMMITTEE, round_id="open"),
    _get(f"{KEYS}/rehearsal", (302, 403, 403, 403, 303), round_id="open"),
    _get(f"{KEYS}/rehearsal/<pid:job_id>", COMMITTEE, round_id="open", job_id="key_rehearsal"),
    _get("/organiser/contests/<pid:contest_id>/exclusions", COMMITTEE, contest_id="contest"),
    _get(f"/organiser/rounds/{ROUND}/ranking", COMMITTEE, round_id="closed"),
    _get(f"/organiser/sheets/{SHEET}", COMMITTEE, sheet_id="frozen"),
    _get(f"/organiser/sheets/{SHEET}.xlsx", COMMITTEE, sheet_id="frozen"),
    _get(f"/organiser/sheets/{SHEET}/public", COMMITTEE, sheet_id="published"),
    _get("/organiser/quality", COMMITTEE),
    _get(f"/organiser/rounds/{ROUND}/items", COMMITTEE, round_id="closed"),
    _get(
        f"/organiser/rounds/{ROUND}/items/<int:version_id>",
        (302, 403, 403, 403, 303),
        round_id="closed",
        version_id="none",
    ),
    _get(f"/organiser/rounds/{ROUND}/items.xlsx", (302, 403, 403, 403, 404), round_id="closed"),
    _get(f"/organiser/rounds/{ROUND}/incidents", COMMITTEE, round_id="open"),
    _get(f"/organiser/rounds/{ROUND}/incidents/new", COMMITTEE, round_id="open"),
    _get(f"/organiser/incidents/{INCIDENT}", COMMITTEE, incident_id="incident"),
    _get(f"/organiser/incidents/{INCIDENT}/edit", COMMITTEE, incident_id="incident"),
    _get(f"/organiser/incidents/{INCIDENT}/people", COMMITTEE, incident_id="incident"),
    _get("/api/v1/openapi.json", EVERYBODY),
    _get("/api/v1/agencies", EVERYBODY),
    _get("/api/v1/session", EVERYBODY),
    _get("/api/v1/rounds", EVERYBODY),
    _get(f"/api/v1/rounds/{ROUND}", EVERYBODY, round_id="open"),
    _get(f"/api/v1/rounds/{ROUND}/clock", EVERYBODY, round_id="open"),
    _get(f"/api/v1/rounds/{ROUND}/manifest", EVERYBODY, round_id="closed"),
    _get(f"/api/v1/rounds/{ROUND}/board", EVERYBODY, round_id="open"),
    _get(f"/api/v1/rounds/{ROUND}/board/me", SIGNED_IN_API, round_id="open"),
    _get(f"/api/v1/results/{SHEET}", EVERYBODY, sheet_id="published"),
    _post("/organiser/review/queue", _committee(200)),
    _post("/organiser/review/decide", _committee(422)),
    _post("/organiser/review/minutes.docx", _committee(422)),
    _post("/organiser/law/new", _committee(422)),
    _post("/organiser/law/file", _committee(422)),
    _post("/organiser/law/file/confirm", _committee(422)),
    _post("/organiser/law/<pid:document_id>/edit", _committee(422), document_id="law"),
    _post("/organiser/law/<pid:document_id>/changes/remove", _committee(404), document_id="law"),
    _post("/organiser/questions/bulk", _committee(303), {"act": "tag", "tags": "Ôn", "topic": "van-thu", "all": "1"}),
    _post("/organiser/questions/<pid:question_id>/keys", _committee(200), question_id="sample_question"),
    *(
        _post(f"/organiser/questions/<pid:question_id>/{act}", _committee(303), question_id="sample_question")
        for act in ("submit", "withdraw", "comment", "retire", "bring-back", "lift")
    ),
    _post("/organiser/questions/new", _committee(422)),
    _post("/organiser/questions/flaws", _committee(200)),
    _post("/organiser/questions/<pid:question_id>/edit", _committee(200), {"open": "1"}, question_id="sample_question"),
    _post("/organiser/imports", _committee(422)),
    _post("/organiser/imports/<pid:file_id>/bring-in", _committee(303), file_id="import_file"),
    _post("/organiser/imports/<pid:file_id>/discard", _committee(303), file_id="import_file"),
    _post("/organiser/situations/new", _committee(422)),
    _post("/organiser/situations/edit", _committee(404)),
    _post("/organiser/situations/take-up", _committee(404)),
    _post("/organiser/banks/topics/new", _committee(422)),
    _post("/organiser/banks/topics/<string:topic>", _committee(422), {"name": ""}, topic="topic"),
    _post("/organiser/banks/owners/new", _committee(422)),
    _post("/organiser/banks/owners/roles", _committee(422)),
    _post("/organiser/banks/owners/roles/revoke", _committee(303)),
    _post("/organiser/banks/<pid:bank_id>/shares", _committee(422), bank_id="province_bank"),
    _post("/organiser/banks/<pid:bank_id>/shares/remove", _committee(303), bank_id="province_bank"),
    _post("/organiser/contests/new", _committee(303), {"title": "Cuộc thi mới", "organiser": "Sở Nội vụ"}),
    _post("/organiser/contests/<pid:contest_id>/rounds/new", _committee(422), contest_id="contest"),
    _post("/organiser/contests/<pid:contest_id>/edit", _committee(303), contest_id="contest"),
    _post(f"/organiser/rounds/{ROUND}/edit", _committee(422), round_id="draft"),
    _post(f"/organiser/rounds/{ROUND}/simulation", _committee(422), round_id="draft"),
    _post(f"/organiser/rounds/{ROUND}/amend", _committee(422), round_id="open"),
    _post(f"/organiser/rounds/{ROUND}/unprepare", _committee(303), {"reason": "Sai giờ"}, round_id="open"),
    _post(f"/organiser/rounds/{ROUND}/fit", _committee(303), round_id="draft"),
    _post(f"/organiser/rounds/{ROUND}/prepare", _committee(303), round_id="draft"),
    _post(f"/organiser/rounds/{ROUND}/rehearsals", _committee(422), round_id="draft"),
    _post(f"/organiser/rounds/{ROUND}/wipe", _committee(303), round_id="open"),
    _post(f"/organiser/rounds/{ROUND}/open", _committee(303), round_id="draft"),
    _post(f"/organiser/sheets/{SHEET}/publish", _committee(303), sheet_id="frozen"),
    _post(f"/organiser/rounds/{ROUND}/freeze", _committee(303), round_id="closed"),
    _post(f"/attempts/{ATTEMPT}", OWNER_UNSAFE, {"epoch": "1"}, attempt_id="running"),
    Route(
        "PUT",
        f"/api/v1/attempts/{ATTEMPT}/answers",
        OWNER_UNSAFE,
        {"attempt_id": "running"},
        json={"epoch": 1, "seq": 5, "answers": {str(slot): [0] for slot in range(1, 5)}},
    ),
    Route(
        "POST",
        f"/api/v1/attempts/{ATTEMPT}/submission",
        OWNER_UNSAFE,
        {"attempt_id": "running"},
        json={"epoch": 1, "answers": {str(slot): [0] for slot in range(1, 5)}},
    ),
    Route("POST", f"/api/v1/rounds/{ROUND}/waiting", SIGNED_IN_API, {"round_id": "open"}),
    Route("POST", f"/api/v1/rounds/{ROUND}/attempts", (401, 201, 201, 201, 403), {"round_id": "open"}, json={}),
    _post(f"/rounds/{ROUND}/attempts", (401, 303, 303, 303, 403), round_id="open"),
    _post(f"/organiser/rounds/{ROUND}/extend", _committee(422), round_id="open"),
    _post(f"/organiser/rounds/{ROUND}/pause", _committee(422), round_id="open"),
    _post(f"/organiser/rounds/{ROUND}/resume", _committee(422), round_id="open"),
    _post(f"/organiser/rounds/{ROUND}/time", _committee(422), round_id="open"),
    _post(f"{KEYS}", _committee(404), {"version": "0"}, round_id="open"),
    _post(f"{KEYS}/rehearsal", _committee(404), {"version": "0"}, round_id="open"),
    _post(f"{KEYS}/proposal", _committee(404), {"version": "0"}, round_id="open"),
    _post(f"{KEYS}/<pid:change_id>/reject", _committee(303), round_id="open", change_id="change"),
    _post(f"{KEYS}/<pid:change_id>/approve", _committee(303), round_id="open", change_id="change"),
    _post("/organiser/contests/<pid:contest_id>/exclusions", _committee(422), contest_id="contest"),
    _post("/organiser/contests/<pid:contest_id>/exclusions/remove", _committee(303), contest_id="contest"),
    _post("/account/birth-date", (401, 422, 422, 422, 422)),
    _post(
        f"/organiser/rounds/{ROUND}/close",
        _committee(303),
        {"reason": "Mất điện diện rộng", "confirmed": "all"},
        round_id="open",
    ),
    _post("/organiser/exports", _committee(200)),
    _post("/organiser/exports/print", _committee(200)),
    _post("/organiser/exports/file", _committee(422)),
    _post("/organiser/exports/print.zip", _committee(422)),
    _post("/organiser/quality/details", _committee(200)),
    _post("/organiser/quality/check", _committee(303)),
    _post(f"/organiser/rounds/{ROUND}/items", _committee(303), round_id="closed"),
    _post(f"/organiser/rounds/{ROUND}/items/<int:version_id>", _committee(404), round_id="closed", version_id="none"),
    _post(f"/organiser/rounds/{ROUND}/incidents/new", _committee(422), round_id="open"),
    _post(f"/organiser/incidents/{INCIDENT}/edit", _committee(422), incident_id="incident"),
    _post(f"/organiser/incidents/{INCIDENT}/propose", _committee(303), incident_id="incident"),
    _post(f"/organiser/incidents/{INCIDENT}/approve", _committee(303), incident_id="incident"),
    _post(f"/organiser/incidents/{INCIDENT}/again", _committee(303), incident_id="incident"),
    _post(f"/organiser/incidents/{INCIDENT}/reject", _committee(422), incident_id="incident"),
    _post(f"/organiser/incidents/{INCIDENT}/minutes.docx", _committee(409), incident_id="incident"),
    _post("/register", (422,) * 5),
    _post("/sign-in", (422,) * 5, {"login": "khong-co-ai", "password": "sai-mat-khau"}),
    Route("POST", "/api/v1/session", (401,) * 5, json={"login": "khong-co-ai", "password": "sai-mat-khau"}),
    _post("/sign-out", (303,) * 5, {"sure": "1"}),
    Route("DELETE", "/api/v1/session", (204,) * 5),
]


class Cast:
    """A world with everything that a route can be about: a browser for each role, and ids."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.people: dict[str, Person | None] = {
            "anonymous": None,
            "contestant": world.person("SO-NV", name="Nguyễn Thị Thí Sinh"),
            "other contact": world.person("SO-TP", role="contact", name="Trần Văn Tư Pháp"),
            "contact": world.person("SO-NV", role="contact", name="Lê Thị Nội Vụ"),
            "organiser": world.person("VP-UBND", role="organiser", name="Phạm Văn Tổ Chức"),
        }
        contestant = self.people["contestant"]
        assert contestant is not None
        ended = {name: world.round(lasts=timedelta(days=1)) for name in ("done", "closed")}
        finished = {name: world.sit(contestant, round_id, right=3) for name, round_id in ended.items()}
        world.later(days=2)
        self.attempt: Attempt = finished["closed"]
        self.ids = {**ended, "open": world.round(), "draft": world.round(prepared=False), "finished": "", "none": "999"}
        self.ids["finished"] = finished["closed"].public_id
        self.ids["running"] = world.start(contestant, self.ids["open"]).public_id
        self.ids["picture"] = world.picture()
        with world.inside():
            self.ids["contest"] = rounds.contests()[0].id
            home = bank.banks(SYSTEM)[0]
            self.ids["province_bank"], self.ids["topic"] = home.public_id, "mot-cua"
            self.ids["sample_question"] = list_queries.ids(home, list_queries.Filters(state="sample"))[0]
            file = imports.take(actor=SYSTEM, now=world.now, bank=home, name="a.txt", data=b"ANSWER: A")
            self.ids["import_file"], self.ids["job"], self.ids["import_sample"] = file.public_id, file.job_id, "csv"
            frozen = rounds.round_(self.ids["open"], now=world.now)
            self.ids["change"] = key_changes.propose(
                actor=world.actor(world.person("VP-UBND", role="organiser", name="Cao Thị Hai")),
                now=world.now,
                round_id=frozen.id,
                version_id=rounds.pool(frozen.pk, frozen.revision).items[0].version_id,
                keys=(),
                reason="Đáp án sai",
            ).public_id
            self.ids["key_rehearsal"] = key_rehearsals.enqueue(
                actor=SYSTEM,
                now=world.now,
                view=frozen,
                version_id=rounds.pool(frozen.pk, frozen.revision).items[1].version_id,
                keys=(),
                reason="Đáp án sai",
                change="",
            ).public_id
            self.ids["law"] = law.documents(as_of=world.now.date())[0].id
            self.ids["incident"] = incidents.report(
                actor=SYSTEM,
                now=world.now,
                round_id=self.ids["closed"],
                draft=Draft(
                    Kind.POWER, *(finished["closed"].started_at + timedelta(hours=h) for h in (0, 1)), "Mất điện"
                ),
            ).public_id
            for sheet, round_ in (("published", "done"), ("frozen", "closed")):
                made = results.freeze(actor=SYSTEM, now=world.now, round_id=self.ids[round_])
                self.ids[sheet] = made.public_id
            results.publish(actor=SYSTEM, now=world.now, sheet_id=self.ids["published"])
        self.project()

    def project(self) -> None:
        """One pass of the projector."""
        with self.world.inside():
            boards.pass_over_all(now=self.world.now)
        boards_queries.forget()

    def browser(self, role: str) -> FlaskClient:
        """A browser of this role; the anonymous one has fetched a token, as a page does."""
        client = self.world.client(self.people[role])
        if role == "anonymous":
            client.environ_base["HTTP_X_CSRFTOKEN"] = client.get("/api/v1/session").json["csrf_token"]
        return client

    def url(self, route: Route) -> str:
        """The address of a route with its ids."""
        address = route.rule
        for name, key in route.ids.items():
            address = re.sub(rf"<[^<>:]+:{name}>", self.ids[key], address)
        return address

    def call(self, client: FlaskClient, route: Route, **more: Any) -> TestResponse:
        """Send what the table says."""
        sent: dict[str, Any] = {"json": route.json} if route.json is not None else {"data": route.form}
        return client.open(self.url(route), method=route.method, **{**sent, **more})
