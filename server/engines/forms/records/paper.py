"""A filled form on paper: what stands, who recorded each value and when, and what is not as it should be."""

from datetime import datetime

from sqlalchemy import Connection

from server.engines.forms import printing
from server.engines.forms import queries as forms
from server.engines.forms.printing import Lang, Paper
from server.engines.forms.records import queries, rules
from server.engines.forms.records.model import Record, Value
from server.identity import queries as identity

_SAID = {
    "zh": {
        "record": "记录",
        "subject": "对象",
        "opened": "开始",
        "completed": "完成",
        "open": "未完成",
        "items": "待处理",
    },
    "en": {"record": "Record", "subject": "About", "opened": "Opened", "completed": "Completed"}
    | {"open": "not yet", "items": "To settle"},
}


def paper(connection: Connection, record: Record, lang: Lang, site: str, now: datetime) -> Paper:
    """What is printed of a record, as it stands in this transaction."""
    values = queries.values_of(connection, record.record)
    standing = rules.standing(values)
    signers = {one.value["signed_by"] for one in values if isinstance(one.value, dict) and "signed_by" in one.value}
    # Among the texts are those that name a person in a field for one; what names nobody stands for itself.
    chosen = {one.value for one in values if isinstance(one.value, str)}
    ids = {record.opened_by, record.completed_by, *signers, *chosen, *(one.actor for one in values)}
    people = identity.people(connection, ids)
    names = {person: (one["name_en"] if lang == "en" else None) or one["name"] for person, one in people.items()}
    notes = {
        path: [f"{names.get(one.actor, one.actor)} · {printing.moment(one.captured_at)}", *_why(one)]
        for path, one in standing.items()
        if not one.calculated
    }
    return Paper(
        site,
        now,
        record.version,
        record.sha256,
        facts=_facts(record, names, lang),
        values=rules.filled(values),
        names=names,
        notes=notes,
    )


def _why(one: Value) -> list[str]:
    """Why a row was struck out; what else was said of values the record shows."""
    return (
        [one.comment] if isinstance(one.value, bool) and one.path.rpartition("/")[2].isdigit() and one.comment else []
    )


def _facts(record: Record, names: dict[str, str], lang: Lang) -> list[tuple[str, str]]:
    said = _SAID[lang]

    def who(person: str, at: str) -> str:
        return f"{names.get(person, person)} · {printing.moment(at)}"

    facts = [(said["record"], record.record)]
    if record.subject:
        facts.append((said["subject"], record.subject))
    facts.append((said["opened"], who(record.opened_by, record.opened_at)))
    done = record.completed_by and record.completed_at
    facts.append(
        (said["completed"], who(record.completed_by or "", record.completed_at or "") if done else said["open"])
    )
    return [*facts, (said["items"], str(record.open_items))] if record.open_items else facts


def pdf(connection: Connection, record: Record, lang: Lang, site: str, now: datetime) -> bytes | None:
    """The record's pages; None where its definition is not here."""
    definition, folder = forms.definition(connection, record.sha256), forms.folder_of(connection)
    if definition is None or folder is None:
        return None
    return printing.pdf(definition, lang, paper(connection, record, lang, site, now), folder)
