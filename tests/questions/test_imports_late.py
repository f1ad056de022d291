"""Imports under bad luck: processes that wake late, files dropped meanwhile, two writers at one moment."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError

from core import jobs
from core.access import SYSTEM
from core.db import read, transaction
from core.errors import Conflict
from core.jobs import LEASE
from questions.bank import queries as bank_queries
from questions.bank import service as bank_verbs
from questions.bank import situation_queries
from questions.bank.models import MediaFile, Question, SituationVersion
from questions.bank.situations import CODE_MAX, bring_situation, code_in, save_situation
from questions.formats import own
from questions.imports import checking, parts, service, writing
from questions.imports.models import ImportFile, ImportPart
from questions.imports.writing import BATCH
from questions.items import Bundle, Media, Situation
from questions.law import service as law
from questions.law.models import LegalDocument
from tests.questions.importing import as_json, bring_in, items, taken, view
from tests.questions.made import add, empty_bank, home, item
from tests.world import World, counted

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 40


def _stored(file_id: str) -> int:
    query = sa.select(sa.func.count()).where(Question.import_id == view(file_id).file.id)
    return read().scalar(query) or 0


def _pieces() -> int:
    return read().scalar(sa.select(sa.func.count()).select_from(ImportPart)) or 0


def _another_takes_over(world: World, file_id: str) -> None:
    """The lease runs out, a second process claims the job and writes two batches."""
    world.later(seconds=LEASE.total_seconds() + 1)
    assert jobs.claim(now=world.now) == view(file_id).file.job_id
    bank_verbs.add(actor=SYSTEM, now=world.now, bank=home(), items=items(BATCH * 2), import_id=view(file_id).file.id)


def test_a_process_that_wakes_late_sweeps_nothing_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real = parts.situations

    def late(file_pk: int) -> list[Situation]:
        _another_takes_over(world, file_id)
        return real(file_pk)

    with world.inside():
        file_id = taken(world, as_json(*items(BATCH * 4)))
        bring_in(world, file_id)
        monkeypatch.setattr(parts, "situations", late)
        jobs.run_waiting(now=world.now)
        assert (view(file_id).file.state, _stored(file_id)) == ("writing", BATCH * 2)


def test_a_process_that_fails_late_cleans_nothing_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(bank_pk: int) -> Any:
        _another_takes_over(world, file_id)
        raise RuntimeError("đĩa hỏng")

    with world.inside():
        file_id = taken(world, as_json(*items(BATCH * 4)))
        bring_in(world, file_id)
        with monkeypatch.context() as patch:
            patch.setattr(writing, "Codes", late)
            jobs.run_waiting(now=world.now)
        file = view(file_id).file
        assert (file.state, file.refusal, _stored(file_id)) == ("writing", {}, BATCH * 2)
        world.later(seconds=LEASE.total_seconds() + 1)
        jobs.run_waiting(now=world.now)
        assert (view(file_id).state, _stored(file_id)) == ("done", BATCH * 4)


def test_an_import_that_lacks_a_question_is_not_done(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real = bank_verbs.add
    with world.inside():
        file_id = taken(world, as_json(*items(BATCH * 2)))
        bring_in(world, file_id)
        monkeypatch.setattr(bank_verbs, "add", lambda **given: real(**given | {"items": given["items"][1:]}))
        jobs.run_waiting(now=world.now)
        assert (view(file_id).state, _stored(file_id)) == ("ready", 0)


def test_a_database_that_is_away_for_a_moment_ends_no_import(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = bank_verbs.add, []

    def failing(**given: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise OperationalError("INSERT", {}, Exception("database is locked"))
        return real(**given)

    with world.inside():
        file_id = taken(world, as_json(*items(BATCH * 3)))
        bring_in(world, file_id)
        monkeypatch.setattr(bank_verbs, "add", failing)
        with pytest.raises(OperationalError):
            jobs.run_waiting(now=world.now)
        assert (view(file_id).state, _stored(file_id)) == ("writing", BATCH)
        world.later(seconds=LEASE.total_seconds() + 1)
        jobs.run_waiting(now=world.now)
        assert (view(file_id).state, _stored(file_id)) == ("done", BATCH * 3)


def test_a_late_reader_leaves_the_pieces_of_the_next_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = checking.near, []

    def late(*given: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            world.later(seconds=LEASE.total_seconds() + 1)
            jobs.run_waiting(now=world.now)
        return real(*given)

    monkeypatch.setattr(checking, "near", late)
    with world.inside():
        file_id = taken(world, as_json(*items(3)))
        assert len(calls) == 2
        assert view(file_id).state == "ready"
        assert len(parts.found(view(file_id).file.id)) == 3


@pytest.mark.parametrize("good", [True, False])
def test_a_file_that_is_dropped_while_it_is_read_stays_dropped(
    world: World, monkeypatch: pytest.MonkeyPatch, good: bool
) -> None:
    real = checking.checked

    def meanwhile(reading: Any) -> Any:
        service.discard(actor=SYSTEM, now=world.now, file_id=file.public_id)
        return real(reading if good else type(reading)())

    monkeypatch.setattr(checking, "checked", meanwhile)
    with world.inside():
        file = service.take(actor=SYSTEM, now=world.now, bank=home(), name="a.json", data=as_json(*items(3)))
        jobs.run_waiting(now=world.now)
        assert (view(file.public_id).state, _pieces()) == ("discarded", 0)


def test_what_was_forgotten_is_not_looked_through_every_day(world: World) -> None:
    with world.inside():
        dropped, refused = taken(world, as_json(*items(3))), taken(world, b"{", "hong.json")
        ready = taken(world, as_json(*items(2)))
        service.discard(actor=SYSTEM, now=world.now, file_id=dropped)
        world.now += service.KEEP * 2
        service.forget_old(now=world.now)
        assert [view(one).state for one in (dropped, refused, ready)] == ["discarded", "refused", "discarded"]
        with counted() as statements:
            service.forget_old(now=world.now)
        assert len(statements) == 1


def test_a_file_that_was_brought_in_at_the_last_moment_is_not_forgotten(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.inside():
        file_id = taken(world, as_json(*items(2)))
        world.now += service.KEEP * 2
        real = service._locked

        def pressed(public_id: str) -> Any:
            monkeypatch.setattr(service, "_locked", real)
            bring_in(world, file_id)
            return real(public_id)

        monkeypatch.setattr(service, "_locked", pressed)
        service.forget_old(now=world.now)
        jobs.run_waiting(now=world.now)
        assert (view(file_id).state, _stored(file_id)) == ("done", 2)


class TestSituations:
    """A file changes no situation of the bank."""

    OLD, NEW = Situation("TH-1", "Hồ sơ nộp trực tuyến."), Situation("TH-1", "Hồ sơ nộp trực tiếp.")

    def _imported(self, world: World, situation: Situation) -> str:
        file_id = taken(world, own.write(Bundle(items(BATCH + 1, situation=situation.code), (situation,))))
        bring_in(world, file_id)
        jobs.run_waiting(now=world.now)
        assert view(file_id).state == "done"
        rows = read().scalars(sa.select(Question.public_id).where(Question.import_id == view(file_id).file.id))
        codes = {v.situation.code for v in bank_queries.versions(list(rows)) if v.situation}
        assert len(codes) == 1
        return str(codes.pop())

    def test_another_content_under_a_known_code_gets_a_code_of_its_own(self, world: World) -> None:
        with world.inside():
            add(world, item("Câu cũ?", situation="TH-1"), situations=(self.OLD,))
            file_id = taken(world, own.write(Bundle(items(1, situation="TH-1"), (self.NEW,))))
            notes = [(one["at"], one["reason"] % one["params"]) for one in view(file_id).file.notes]
            assert notes == [
                (
                    "Tình huống TH-1",
                    "Tình huống TH-1 đã có trong ngân hàng với nội dung khác: nhập với mã TH-1-2.",
                )
            ]
            assert [self._imported(world, one) for one in (self.NEW, self.NEW, self.OLD)] == [
                "TH-1-2",
                "TH-1-2",
                "TH-1",
            ]
            old = situation_queries.line(home(), "TH-1")
            assert (old.newest.number, old.newest.text, old.behind) == (1, self.OLD.text, 0)
            assert situation_queries.line(home(), "TH-1-2").newest.number == 1

    def test_an_import_that_fails_changes_no_situation(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        def failing(**given: Any) -> Any:
            raise RuntimeError("đĩa hỏng")

        with world.inside():
            save_situation(actor=SYSTEM, now=world.now, bank=home(), situation=self.OLD)
            file_id = taken(world, own.write(Bundle(items(2, situation="TH-1"), (self.NEW,))))
            bring_in(world, file_id)
            monkeypatch.setattr(bank_verbs, "add", failing)
            jobs.run_waiting(now=world.now)
            assert view(file_id).state == "ready"
            assert situation_queries.line(home(), "TH-1").newest.text == self.OLD.text

    def test_numbers_pass_over_codes_of_the_file_and_stay_short(self, world: World) -> None:
        long = "T" * CODE_MAX
        with world.inside():
            for code in ("TH-1", long):
                save_situation(actor=SYSTEM, now=world.now, bank=home(), situation=Situation(code, "Cũ."))
            assert code_in(home(), self.NEW, {"TH-1", "TH-1-2"}) == "TH-1-3"
            row = bring_situation(actor=SYSTEM, now=world.now, bank=home(), situation=Situation(long, "Mới."))
            assert row.code == "T" * (CODE_MAX - 2) + "-2"

    def test_media_are_looked_at_once_and_not_in_each_batch(self, world: World) -> None:
        shown = Situation("TH-9", "Xem hình.", "", (Media("a.png", "image/png", "Sơ đồ", PNG),))
        with world.inside():
            file_id = taken(world, own.write(Bundle(items(BATCH * 3, situation="TH-9"), (shown,))))
            bring_in(world, file_id)
            with counted() as statements:
                jobs.run_waiting(now=world.now)
            assert len([one for one in statements if "media_file" in one]) == 2
            assert view(file_id).state == "done"


class TestCommand:
    """``questions import`` is a job like any other."""

    def _run(self, app: Flask, tmp_path: Path, count: int) -> Any:
        file = tmp_path / "a.json"
        file.write_bytes(as_json(*items(count)))
        return app.test_cli_runner().invoke(args=["questions", "import", str(file), "--json"])

    def _file(self) -> str:
        return str(read().scalars(sa.select(ImportFile.public_id).order_by(ImportFile.id.desc()).limit(1)).one())

    def test_nobody_drops_the_file_under_it(
        self, world: World, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real, seen = bank_verbs.add, []

        def meanwhile(**given: Any) -> Any:
            seen.append(view(self._file()).state)
            with pytest.raises(Conflict):
                service.discard(actor=SYSTEM, now=world.now, file_id=self._file())
            return real(**given)

        monkeypatch.setattr(bank_verbs, "add", meanwhile)
        result = self._run(app, tmp_path, BATCH + 1)
        assert result.exit_code == 0, result.output
        assert seen == ["writing", "writing"]
        with world.inside():
            assert (view(self._file()).state, _stored(self._file()), _pieces()) == ("done", BATCH + 1, 0)

    def test_what_a_kill_interrupts_the_worker_finishes(
        self, world: World, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real, calls = bank_verbs.add, []

        def dying(**given: Any) -> Any:
            calls.append(1)
            if len(calls) == 2:
                raise KeyboardInterrupt
            return real(**given)

        monkeypatch.setattr(bank_verbs, "add", dying)
        assert self._run(app, tmp_path, BATCH * 2).exit_code != 0
        world.later(seconds=LEASE.total_seconds() + 1)
        with world.inside():
            jobs.run_waiting(now=world.now)
            assert (view(self._file()).state, _stored(self._file())) == ("done", BATCH * 2)

    def test_after_a_failure_its_page_is_a_preview(
        self, world: World, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def failing(**given: Any) -> Any:
            raise RuntimeError("đĩa hỏng")

        with monkeypatch.context() as patch:
            patch.setattr(bank_verbs, "add", failing)
            assert self._run(app, tmp_path, 3).exit_code == 1
        desk = world.client(world.person(role="organiser"))
        with world.inside():
            address = f"/organiser/imports/{self._file()}"
            assert view(self._file()).state == "ready"
        assert "Nhập 3 câu vào ngân hàng" in desk.get(address).text


def _at_one_moment(world: World, work: Callable[[int], object]) -> list[Any]:
    """What two transactions return that overlap: the second begins before the first commits."""
    answers: list[Any] = [None, None]
    begun = threading.Event()

    def first() -> None:
        with world.inside(), transaction():
            answers[0] = work(0)
            begun.set()
            time.sleep(0.5)

    def second() -> None:
        with world.inside():
            begun.wait()
            with transaction():
                answers[1] = work(1)

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_two_writers_cite_a_new_document_at_one_moment(world: World) -> None:
    name = "Nghị quyết 77/2026/NQ-HĐND"
    first, second = _at_one_moment(world, lambda n: law.cited(name, now=world.now).public_id)
    assert first == second
    with world.inside():
        assert read().scalar(sa.select(sa.func.count()).where(LegalDocument.title == name)) == 1


def test_two_writers_bring_the_same_picture_at_one_moment(world: World) -> None:
    with world.inside():
        others = empty_bank(world).id
        banks = [home().id, others]

    def work(number: int) -> str:
        situation = Situation(f"TH-{number}", "Xem hình.", "", (Media("a.png", "image/png", "Sơ đồ", PNG),))
        bank = next(one for one in bank_queries.banks(SYSTEM) if one.id == banks[number])
        row = save_situation(actor=SYSTEM, now=world.now, bank=bank, situation=situation)
        return str(row.media[0]["sha256"])

    first, second = _at_one_moment(world, work)
    assert first == second
    with world.inside():
        assert read().scalar(sa.select(sa.func.count()).where(MediaFile.sha256 == first)) == 1


def test_two_writers_save_a_situation_at_one_moment(world: World) -> None:
    def work(number: int) -> int:
        situation = Situation("TH-1", f"Nội dung {number}.")
        return save_situation(actor=SYSTEM, now=world.now, bank=home(), situation=situation).number

    assert _at_one_moment(world, work) == [1, 2]
    with world.inside():
        assert len(read().scalars(sa.select(SituationVersion).where(SituationVersion.code == "TH-1")).all()) == 2
