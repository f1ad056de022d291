"""Topics (chủ đề): one tree that all banks share."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from core import audit
from core.access import Actor, Permission, require
from core.db import transaction
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.text import fold, tidy
from questions.bank.models import Topic

CODE_MAX = 40


def save_topic(*, actor: Actor, now: datetime, code: str, name: str, parent: str | None = None) -> Topic:
    """A topic by its code, added or renamed or moved in the tree."""
    require(actor, Permission.BANK_MANAGE)
    code, name = fold(code).replace(" ", "-")[:CODE_MAX], tidy(name)
    if not code or not 2 <= len(name) <= 200:
        raise Invalid(N_("Chủ đề cần mã và tên (2 đến 200 ký tự)."), fields={"name": N_("Đề nghị nhập tên chủ đề.")})
    with transaction() as session:
        topics = {topic.code: topic for topic in session.scalars(sa.select(Topic))}
        above = topics.get(parent) if parent else None
        if parent and above is None:
            raise NotFound(N_("Không tìm thấy chủ đề cấp trên."))
        topic = topics.get(code)
        if topic is None:
            topic = Topic(code=code, name=name)
            session.add(topic)
        _refuse_circle(topics, code, parent)
        topic.name, topic.parent_id = name, above.id if above else None
        session.flush()
        audit.record(actor=actor, now=now, action="topic.saved", subject=f"topic:{code}")
    return topic


def _refuse_circle(topics: Mapping[str, Topic], code: str, parent: str | None) -> None:
    by_id = {topic.id: topic for topic in topics.values()}
    step = topics.get(parent) if parent else None
    while step is not None:
        if step.code == code:
            raise Invalid(N_("Chủ đề không thể nằm trong chính nó hoặc trong chủ đề con của nó."), code="circle")
        step = by_id.get(step.parent_id) if step.parent_id else None
