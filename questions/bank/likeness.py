"""Questions of a bank that may be nearly the same as one that is being written; reads a few, never the bank."""

import sqlalchemy as sa

from core.db import read
from core.text import fold
from questions.bank.models import Bank, Question, QuestionVersion
from questions.bank.queries import brought_in

WORDS = 12
LIMIT = 100


def candidates(bank: Bank, stem: str, *, besides: str = "") -> list[tuple[str, str, list[str]]]:
    """(code, stem, choices) of newest wordings in use that share at least half of the stem's longest words.

    Long words are rare ones. Those that share most come first, so that the limit cuts off the least alike.
    """
    words = sorted(set(fold(stem).split()), key=lambda word: (-len(word), word))[:WORDS]
    if not words:
        return []
    shared = sum((sa.case((Question.search.contains(word), 1), else_=0) for word in words), sa.literal(0))
    rows = read().execute(
        sa.select(Question.code, QuestionVersion.stem, QuestionVersion.choices)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(
            Question.bank_id == bank.id, Question.code != besides, QuestionVersion.newest,
            Question.status != "retired", brought_in(), shared >= -(-len(words) // 2),
        )
        .order_by(shared.desc(), Question.code)
        .limit(LIMIT)
    )  # fmt: skip
    return [(code, stem, list(choices)) for code, stem, choices in rows]
