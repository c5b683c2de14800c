"""What the review of a batch asks the floor, and what is answered: an open question holds the release (QUA-05)."""

import json
from typing import Any

from sqlalchemy import Connection, Row, select

from server.release.model import Notice, Question
from server.release.projection import question


def of_batch(connection: Connection, batch: str) -> list[Question]:
    """In the order in which they were asked."""
    here = select(question).where(question.c.batch == batch).order_by(question.c.idx)
    return [_question(row) for row in connection.execute(here)]


def find(connection: Connection, entry: str) -> Question | None:
    row = connection.execute(select(question).where(question.c.entry == entry)).first()
    return None if row is None else _question(row)


def open_ones(connection: Connection) -> list[str]:
    """The entries of all questions that nobody has answered."""
    return list(connection.execute(select(question.c.entry).where(question.c.answered_by.is_(None))).scalars())


def notices(found: list[Question]) -> list[Notice]:
    return [_notice(one) for one in found]


def _notice(one: Question) -> Notice:
    return Notice(
        id=one.entry,
        type="question",
        code="question",
        phase=one.phase,
        slot=None,
        state="open" if one.is_open else "assessed",
        entries=(one.entry, *one.about),
        details={"by": one.by},
        comment=one.text,
        decision=None if one.answer is None else {**one.answer, "chosen": None},
    )


def _question(row: Row[Any]) -> Question:
    answer = None
    if row.answered_by is not None:
        answer = {"by": row.answered_by, "at": row.answered_at, "text": row.answer}
    about = tuple(json.loads(row.about))
    return Question(row.entry, row.batch, row.phase, about, row.text, row.by, row.at, answer)
