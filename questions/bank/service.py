"""Verbs of banks: what may be asked, in which words, by whose authority."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, selectinload

from core import audit
from core.access import Actor, Permission, require
from core.db import transaction
from core.errors import Conflict, Invalid, NotFound
from core.i18n import N_
from core.ids import public_id
from core.text import fold, tidy
from questions.bank import content, situation_queries
from questions.bank.access import may, require_bank
from questions.bank.codes import Codes
from questions.bank.models import (
    Bank,
    BankShare,
    Question,
    QuestionVersion,
    SituationVersion,
    Topic,
    VersionCitation,
)
from questions.bank.situations import save_situation
from questions.items import Item, Situation, content_hash, faults, tidied
from questions.law import service as law
from questions.law.models import LegalDocument

BATCH = 200
TAGS_MAX = 10
TAG_MAX = 60


def create_bank(*, actor: Actor, now: datetime, name: str, owner_id: int) -> Bank:
    """A new, empty bank; those who manage the owner's banks may."""
    if not may(actor, Permission.BANK_MANAGE, owner_id):
        require(actor, Permission.BANK_MANAGE)
    name = tidy(name)
    if not 3 <= len(name) <= 200:
        raise Invalid(N_("Tên ngân hàng câu hỏi cần từ 3 đến 200 ký tự."), fields={"name": N_("Đề nghị nhập tên.")})
    taken = Conflict(N_("Đã có ngân hàng câu hỏi mang tên này."), code="name-taken")
    with transaction() as session:
        if session.scalar(sa.select(Bank.id).where(Bank.owner_id == owner_id, Bank.name == name)) is not None:
            raise taken
        bank = Bank(public_id=public_id(), name=name, owner_id=owner_id, created_at=now)
        session.add(bank)
        try:
            session.flush()
        except IntegrityError as error:  # by somebody else, since the look above
            raise taken from error
        audit.record(actor=actor, now=now, action="bank.created", subject=f"bank:{bank.public_id}")
    return bank


def share(*, actor: Actor, now: datetime, bank: Bank, owner_id: int, shared: bool) -> None:
    """Let another owner draw from a bank, or no longer."""
    require_bank(actor, Permission.BANK_MANAGE, bank)
    with transaction() as session:
        session.execute(sa.delete(BankShare).where(BankShare.bank_id == bank.id, BankShare.owner_id == owner_id))
        if shared and owner_id != bank.owner_id:
            session.add(BankShare(bank_id=bank.id, owner_id=owner_id, shared_at=now))
        audit.record(
            actor=actor,
            now=now,
            action="bank.shared" if shared else "bank.unshared",
            subject=f"bank:{bank.public_id}",
            details={"with": owner_id},
        )


def add(
    *,
    actor: Actor,
    now: datetime,
    bank: Bank,
    items: Sequence[Item],
    situations: Sequence[Situation | SituationVersion] = (),
    state: str = "draft",
    import_id: int | None = None,
    codes: Codes | None = None,
) -> list[Question]:
    """Add questions, all or none; ``state`` ``sample`` is for the starter bank alone.

    ``codes`` serves several calls in a row, ``import_id`` names the file that brings them.

    ``situations`` are those that the questions name by code: new ones, or rows of this bank.
    Raises :class:`Invalid` naming the first question that cannot be stored.
    """
    require_bank(actor, Permission.BANK_WRITE if state == "draft" else Permission.BANK_MANAGE, bank)
    with transaction() as session:
        _one_writer(Bank.id == bank.id)
        rows = {
            s.code: s
            if isinstance(s, SituationVersion)
            else save_situation(actor=actor, now=now, bank=bank, situation=s)
            for s in situations
        }
        topics = {topic.code: topic for topic in session.scalars(sa.select(Topic))}
        by_name = {fold(topic.name): topic for topic in topics.values()}
        numbers = codes or Codes(bank.id)
        documents: dict[str, LegalDocument] = {}
        made, ready = [], []
        for item in map(tidied, items):
            _refuse_faults(item)
            topic = topics.get(item.topic) or by_name.get(fold(item.topic))
            if topic is None:
                raise Invalid(N_("Câu “%(stem)s…”: chưa có chủ đề “%(topic)s”."), stem=item.stem[:40], topic=item.topic)
            ready.append((item, topic))
        taken = numbers.take([(item.code, topic.code) for item, topic in ready])
        for (item, topic), code in zip(ready, taken, strict=True):
            question = Question(
                public_id=public_id(),
                bank_id=bank.id,
                code=code,
                topic=topic,
                status="active",
                tags=list(item.tags),
                source=item.source,
                search=searchable(code, item, item.source, item.tags),
                keys_public=state == "sample",
                import_id=import_id,
                created_at=now,
            )
            version = _version(actor, now, item, rows.get(item.situation), documents, number=1, state=state)
            question.versions.append(version)
            session.add(question)
            made.append(question)
        session.flush()
        if import_id is None:  # a file's questions exist for nobody before all of them are in
            audit.record(
                actor=actor,
                now=now,
                action="questions.added",
                subject=f"bank:{bank.public_id}",
                details={"count": len(made)},
            )
    return made


def edit(
    *,
    actor: Actor,
    now: datetime,
    question_id: str,
    item: Item,
    situation: SituationVersion | None = None,
    based_on: str,
    keep_author: bool = False,
) -> QuestionVersion:
    """Save a new wording: into the draft where one stands, else as the next version.

    ``based_on`` is the hash of the wording that the editor saw: raises :class:`Conflict`
    ``edited-meanwhile`` when another was saved since. What is in review is withdrawn first. A wording
    that stays as it was gets no new version and no other author. Whoever changes it joins its editors,
    and with ``keep_author`` leaves a draft to its author.
    """
    item = tidied(item)
    _refuse_faults(item)
    with transaction() as session:
        _one_writer(Bank.id.in_(sa.select(Question.bank_id).where(Question.public_id == question_id)))
        question, newest = locked(question_id)
        require_bank(actor, Permission.BANK_WRITE, question.bank)
        if newest.sha256 != based_on:
            raise Conflict(
                N_(
                    "Câu hỏi vừa được người khác sửa. Nội dung đang nhập chưa được ghi; "
                    "đề nghị xem bản mới rồi sửa lại."
                ),
                code="edited-meanwhile",
            )
        if newest.state == "in_review":
            raise Conflict(N_("Câu hỏi đang chờ thẩm định. Đề nghị rút về bản nháp trước khi sửa."), code="in-review")
        topic = session.scalar(sa.select(Topic).where(Topic.code == item.topic))
        if topic is None:
            raise Invalid(N_("Chưa chọn chủ đề."), fields={"topic": N_("Đề nghị chọn chủ đề.")})
        same = _hash(tidied(content.item_of(newest)), newest.situation) == _hash(item, situation)
        version = newest
        if newest.state == "draft":
            _fill(version, item, situation, {}, now)
            if not same:
                version.editors = _joined(version.editors, actor)
            if not same and not keep_author:
                version.author_id, version.author_name = actor.person_id, actor.full_name
        elif not same:  # topic, tags and source are not what was reviewed
            newest.newest = False
            session.flush()
            version = _version(actor, now, item, situation, {}, number=newest.number + 1, state="draft")
            if newest.state != "approved":  # an approved text has had its second pair of eyes
                version.editors = _joined(newest.editors, actor)
            question.versions.append(version)
        question.topic, question.tags = topic, list(item.tags)
        question.source, question.search = item.source, searchable(question.code, item, item.source, item.tags)
        session.flush()
        audit.record(
            actor=actor,
            now=now,
            action="question.edited",
            subject=f"question:{question_id}",
            details={"version": version.number},
        )
    return version


def take_up(*, actor: Actor, now: datetime, bank: Bank, code: str) -> tuple[int, int]:
    """Give the questions that use an older wording of a situation its newest one, as drafts.

    Drafts stay their author's; ``actor`` joins the editors of all of them. Returns how many there
    are now, and how many were left as they are because they wait for review.
    """
    require_bank(actor, Permission.BANK_WRITE, bank)
    with transaction():
        _one_writer(Bank.id == bank.id)
        row = situation_queries.line(bank, code).newest
        done = left = 0
        for question_id in situation_queries.behind(row):
            _, version = locked(question_id)
            if version.state == "in_review":
                left += 1
                continue
            item = content.item_of(version)
            edit(
                actor=actor, now=now, question_id=question_id, item=item, situation=row,
                based_on=version.sha256, keep_author=True,
            )  # fmt: skip
            done += 1
    return done, left


def reorganise(
    *,
    actor: Actor,
    now: datetime,
    question_ids: Sequence[str],
    topic: str | None = None,
    add_tags: Iterable[str] = (),
    remove_tags: Iterable[str] = (),
) -> int:
    """Move questions to a topic, tag or untag them, all or none; wordings stay as they are.

    Raises :class:`Invalid` where a question would get too many tags, or a too long one.
    """
    added, removed = [t for t in map(tidy, add_tags) if t], set(map(tidy, remove_tags))
    too_much = Invalid(N_("Tối đa 10 thẻ, mỗi thẻ không dài quá 60 ký tự."), code="bad-tags")
    if any(len(tag) > TAG_MAX for tag in added):
        raise too_much
    with transaction() as session:
        target = session.scalar(sa.select(Topic).where(Topic.code == topic)) if topic else None
        if topic and target is None:
            raise NotFound(N_("Không tìm thấy chủ đề này."))
        for question in many(actor, Permission.BANK_WRITE, question_ids):
            question.topic = target or question.topic
            question.tags = list(dict.fromkeys([t for t in question.tags if t not in removed] + added))
            if added and len(question.tags) > TAGS_MAX:
                raise too_much
            question.search = searchable(question.code, question.versions[-1], question.source, question.tags)
        session.flush()
        audit.record(
            actor=actor,
            now=now,
            action="questions.reorganised",
            subject="bank:questions",
            details={"questions": list(question_ids)[:BATCH], "topic": topic},
        )
    return len(question_ids)


def many(actor: Actor, permission: Permission, question_ids: Sequence[str]) -> list[Question]:
    """Questions by public id, locked, each allowed to ``actor``; raises for the first that is not."""
    if not 1 <= len(set(question_ids)) <= 1_000:
        raise Invalid(N_("Đề nghị chọn từ 1 đến 1.000 câu hỏi."), code="bad-selection")
    with transaction() as session:
        found = list(
            session.scalars(
                sa.select(Question)
                .where(Question.public_id.in_(set(question_ids)))
                .options(joinedload(Question.bank), selectinload(Question.versions))
                .order_by(Question.id)
                .with_for_update(of=Question)
            )
        )
        if len(found) != len(set(question_ids)):
            raise NotFound(N_("Có câu hỏi đã chọn không còn trong ngân hàng. Đề nghị tải lại danh sách."))
        for question in found:
            require_bank(actor, permission, question.bank)
        return found


def locked(question_id: str) -> tuple[Question, QuestionVersion]:
    """A question, locked, with its newest version; raises :class:`NotFound`."""
    with transaction() as session:
        question = session.scalar(
            sa.select(Question)
            .where(Question.public_id == question_id)
            .options(joinedload(Question.bank))
            .with_for_update(of=Question)
            .execution_options(populate_existing=True)
        )
        if question is None:
            raise unknown()
        newest = session.scalars(
            sa.select(QuestionVersion)
            .where(QuestionVersion.question_id == question.id, QuestionVersion.newest)
            .execution_options(populate_existing=True)
        ).one()
        return question, newest


def unknown() -> NotFound:
    """A question that does not exist, or is in somebody else's bank."""
    return NotFound(N_("Không tìm thấy câu hỏi này."))


def searchable(code: str, wording: Item | QuestionVersion, source: str, tags: Iterable[str]) -> str:
    """What the list's search looks through: everything that is asked, folded."""
    return " ".join(map(fold, (code, wording.stem, *wording.choices, source, *tags)))


def _one_writer(which: sa.ColumnElement[bool]) -> None:
    """Let one at a time write wordings into a bank, so that a free code stays free.

    Always before a question is locked; who holds a question never asks for its bank.
    """
    with transaction() as session:
        session.execute(sa.select(Bank.id).where(which).with_for_update(key_share=True))


def _hash(item: Item, situation: SituationVersion | None) -> str:
    return content_hash(item, situation.sha256 if situation else None)


def _joined(editors: Iterable[str], actor: Actor) -> list[str]:
    return list(dict.fromkeys([*editors, *([str(actor.person_id)] if actor.person_id is not None else [])]))


def _refuse_faults(item: Item) -> None:
    for message, params in faults(item):
        wrong = Invalid(message, fields={"stem": message})
        wrong.params.update(params)
        raise wrong


def _version(
    actor: Actor,
    now: datetime,
    item: Item,
    situation: SituationVersion | None,
    documents: dict[str, LegalDocument],
    *,
    number: int,
    state: str,
) -> QuestionVersion:
    version = QuestionVersion(
        number=number,
        state=state,
        newest=True,
        drawn=state == "sample",
        author_id=actor.person_id,
        author_name=actor.full_name,
        editors=_joined((), actor),
        created_at=now,
        settled_at=now if state == "sample" else None,
    )
    _fill(version, item, situation, documents, now)
    return version


def _fill(
    version: QuestionVersion,
    item: Item,
    situation: SituationVersion | None,
    documents: dict[str, LegalDocument],
    now: datetime,
) -> None:
    content.fill(version, item)
    version.situation = situation
    version.sha256 = _hash(item, situation)
    with transaction() as session:
        if version.citations:
            version.citations.clear()
            session.flush()
        for position, citation in enumerate(item.citations):
            document = documents.get(citation.document) or law.cited(citation.document, now=now)
            documents[citation.document] = document
            version.citations.append(
                VersionCitation(
                    position=position,
                    document=document,
                    cited_as=citation.document,
                    article=citation.article,
                )
            )
