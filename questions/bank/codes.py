"""Codes of new questions."""

from collections.abc import Sequence

import sqlalchemy as sa

from core.db import read
from questions.bank.models import Question


class Codes:
    """Codes for new questions of a bank: the author's where it is free, else topic and number."""

    def __init__(self, bank_id: int) -> None:
        """Knows what is taken now; make it outside a transaction, a large bank has many codes."""
        self.bank_id = bank_id
        self.taken = set(read().scalars(sa.select(Question.code).where(Question.bank_id == bank_id)))
        self.last: dict[str, int] = {}

    def take(self, wanted: Sequence[tuple[str, str]]) -> list[str]:
        """A free code for each (the author's code, topic); call it in the transaction that stores them."""
        while True:
            codes: dict[str, None] = {}
            for code, topic in wanted:
                while not code or code in self.taken or code in codes:
                    self.last[topic] = number = self.last.get(topic, 0) + 1
                    code = f"{topic}-{number:03d}"
                codes[code] = None
            stored = sa.select(Question.code).where(Question.bank_id == self.bank_id, Question.code.in_(codes))
            meanwhile = set(read().scalars(stored))
            self.taken |= meanwhile or set(codes)
            if not meanwhile:
                return list(codes)
