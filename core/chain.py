"""Writing statements that are one act: all of them where the first one finds its row, none where it does not."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from core.db import at_once, db, transaction

Write = sa.Insert | sa.Update
Then = Callable[[sa.ColumnElement[bool]], Write]
"""A further statement, to be carried out under a condition."""


class Chain:
    """``first``, which returns a row only where it may, and what follows from it; made once, run often.

    PostgreSQL gets a single statement: one journey instead of BEGIN, each statement and COMMIT. SQLite, which
    has no statements of that kind and no journeys either, gets them one after another in a transaction.
    """

    def __init__(self, first: Write, *then: Then) -> None:
        made = first.cte("made")
        rest = (one(sa.exists().select_from(made)).cte(f"then_{number}") for number, one in enumerate(then, 1))
        self._together = sa.select(made).add_cte(*rest)
        apart = [first, *(one(sa.true()) for one in then)]
        self._apart = [(statement, list(statement.compile().params)) for statement in apart]

    def run(self, values: dict[str, Any]) -> sa.Row[Any] | None:
        """Durably carried out, and the row of the first statement; None: nothing was.

        Inside a transaction it is part of that. Parameters have one meaning in all statements.
        """
        if db.engine.dialect.name == "postgresql":
            return at_once(self._together, values)
        with transaction() as session:
            connection, row = session.connection(), None
            for number, (statement, names) in enumerate(self._apart):
                # A statement compiled alone also lists parameters that carry their own values (literals, defaults).
                result = connection.execute(statement, {name: values[name] for name in names if name in values})
                if number == 0 and (row := result.one_or_none()) is None:
                    break
            return row


def row_under(table: Any, columns: dict[str, str], condition: sa.ColumnElement[bool]) -> sa.Insert:
    """An insertion of one row under a condition; ``columns``: column -> parameter."""
    cells = [sa.bindparam(name, type_=table.__table__.c[column].type) for column, name in columns.items()]
    return sa.insert(table).from_select(list(columns), sa.select(*cells).where(condition))
