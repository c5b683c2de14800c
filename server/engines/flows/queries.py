"""Reads of flows: versions in force, what waits for whom, one instance with its history."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)

from server.core.outcomes import SERVER
from server.engines.flows import packing
from server.engines.flows.kinds import SUBJECTS, WORKS
from server.engines.flows.model import Definition, Flows
from server.engines.flows.projection import (
    attachment,
    draft,
    enabled,
    happened,
    instance,
    message,
    signature,
    task,
    task_role,
    timer,
    version,
    wait,
)
from server.engines.flows.publishing import link
from server.engines.flows.stored import parsed
from server.identity import queries as identity
from sync.log import transaction
from sync.log.prepared import Prepared

DELIVERED = Path(__file__).parent / "delivered"
# The flow is in force by what came with the product, and nobody has used it yet: the log knows nothing of it.
AS_DELIVERED = 1
# More than anybody looks through; what runs is among the newest.
_MOST_ABOUT = 50


@dataclass(frozen=True, slots=True)
class InForce:
    """The version of a flow that new instances run by; `delivered`: its bytes came with the product, and are not in
    the log yet."""

    flow: str
    version: int
    data: bytes
    delivered: bool

    @property
    def definition(self) -> Definition:
        return parsed(self.data)


@cache
def delivered() -> Mapping[str, bytes]:
    """The definitions that come with the product, by the code of the flow."""
    files = sorted(DELIVERED.glob("*.bpmn"))
    return {parsed(file.read_bytes()).code: file.read_bytes() for file in files}


def versions(connection: Connection, flow: str) -> list[Row[Any]]:
    """All versions, the newest first."""
    query = select(version).where(version.c.flow == flow).order_by(version.c.version.desc())
    return [*connection.execute(query)]


def find_version(connection: Connection, flow: str, number: int) -> Row[Any] | None:
    return connection.execute(select(version).where(version.c.flow == flow, version.c.version == number)).first()


def in_force(connection: Connection, flow: str) -> InForce | None:
    return _in_force(connection, [flow]).get(flow)


def all_in_force(connection: Connection) -> dict[str, InForce]:
    return _in_force(connection, None)


def _in_force(connection: Connection, flows: Sequence[str] | None) -> dict[str, InForce]:
    """Of these flows, of all where none are named: the newest approved version; where a plant has no version of its
    own what came with the product, as this program has it."""
    named = version.c.flow.in_(flows) if flows is not None else true()
    last = select(version.c.flow, func.max(version.c.version).label("version"))
    newest = last.where(version.c.state == "approved", named).group_by(version.c.flow).subquery()
    here = (version.c.flow == newest.c.flow) & (version.c.version == newest.c.version)
    found: dict[str, InForce] = {}
    ends = {row.flow: row.version for row in connection.execute(last.where(named).group_by(version.c.flow))}
    for row in connection.execute(select(version).join(newest, here)):
        own = delivered().get(row.flow)
        if own is not None and is_outdated(row, own) and ends[row.flow] == row.version:
            found[row.flow] = InForce(row.flow, row.version + 1, own, True)
            continue
        data = packing.unpack(row.definition)
        assert data is not None
        found[row.flow] = InForce(row.flow, row.version, data, False)
    for code, data in delivered().items():
        if code not in ends and (flows is None or code in flows):
            found[code] = InForce(code, AS_DELIVERED, data, True)
    return dict(sorted(found.items()))


def is_outdated(row: Row[Any], own: bytes) -> bool:
    """Whether a version came with an earlier program, and this one has another."""
    return bool(row.state == "approved" and row.submitted_by == SERVER and row.sha256 != packing.sha256(own))


def pinned(connection: Connection, flow: str, number: int) -> Flows | None:
    """A version with what it calls, as these are in force now; None where something is missing, also in the log."""
    row = find_version(connection, flow, number)
    data = None if row is None else packing.unpack(row.definition)
    if data is None:
        return None
    others = {code: one.definition for code, one in all_in_force(connection).items() if not one.delivered}
    try:
        return link(parsed(data), others)
    except KeyError:
        return None


def drafts(connection: Connection) -> dict[str, Row[Any]]:
    return {row.flow: row for row in connection.execute(select(draft))}


def draft_of(connection: Connection, flow: str) -> Row[Any] | None:
    return connection.execute(select(draft).where(draft.c.flow == flow)).first()


def running(connection: Connection) -> dict[str, int]:
    """How many instances of each flow run."""
    query = (
        select(instance.c.flow, func.count().label("running"))
        .where(instance.c.ended_at.is_(None))
        .group_by(instance.c.flow)
    )
    return {row.flow: row.running for row in connection.execute(query)}


def stuck(connection: Connection) -> list[Row[Any]]:
    """Instances that do not go on although their time has come or a message: instance, flow, subject, stuck, titles."""
    named = (version.c.flow == instance.c.flow) & (version.c.version == instance.c.version)
    query = select(instance, version.c.title_zh, version.c.title_en).join(version, named)
    return [*connection.execute(query.where(instance.c.ended_at.is_(None), instance.c.stuck.is_not(None)))]


def short(subject: str) -> str:
    """What a flow is about, without the word for what that is where the product named it."""
    room, _, named = subject.partition("/")
    return named if room in SUBJECTS.values() and named else subject


def find_instance(connection: Connection, number: str) -> Row[Any] | None:
    return connection.execute(select(instance).where(instance.c.instance == number)).first()


# Where in the log an instance has begun: clocks may have stepped back between two of them.
_first = select(func.min(happened.c.idx)).where(happened.c.instance == instance.c.instance)
started = _first.correlate(instance).scalar_subquery()


def last_about(connection: Connection, flow: str, subject: str) -> Row[Any] | None:
    """The newest instance of a flow about something, ended or not."""
    query = select(instance).where(instance.c.flow == flow, instance.c.subject == subject)
    return connection.execute(query.order_by(started.desc()).limit(1)).first()


def running_about(connection: Connection, flow: str, subject: str) -> Row[Any] | None:
    """The newest instance of a flow about something that has not ended."""
    query = select(instance).where(
        instance.c.flow == flow, instance.c.subject == subject, instance.c.ended_at.is_(None)
    )
    return connection.execute(query.order_by(started.desc()).limit(1)).first()


def about(connection: Connection, subject: str) -> list[Row[Any]]:
    """All instances about something, the newest first."""
    query = select(instance).where(instance.c.subject == subject).order_by(instance.c.started_at.desc())
    return [*connection.execute(query.order_by(instance.c.instance.desc()).limit(_MOST_ABOUT))]


def roles_of(connection: Connection, number: str, name: str) -> list[str]:
    """Who a task is for, by role; none where it is one person's."""
    here = (task_role.c.instance == number) & (task_role.c.task == name)
    return sorted(connection.execute(select(task_role.c.role).where(here)).scalars())


def signed_in(connection: Connection, number: str) -> list[Row[Any]]:
    """The signatures of an instance in their order: node, by, at, meaning, outcome, comment, idx, entry."""
    query = select(signature).where(signature.c.instance == number)
    return [*connection.execute(query.order_by(signature.c.idx))]


def signer(connection: Connection, number: str, meaning: str = "approved") -> str | None:
    """Whose signature decided an instance: the last with this meaning; None where nobody signed so."""
    signed = [one.by for one in signed_in(connection, number) if one.meaning == meaning]
    return signed[-1] if signed else None


def last_word(connection: Connection, number: str) -> str | None:
    """What was said with the last thing that somebody did in an instance."""
    said = [row.comment for row in history(connection, number) if row.what in ("completed", "cancelled")]
    return said[-1] if said else None


# Asked of every step of a batch.
_is_enabled = Prepared(select(enabled.c.flow).where(enabled.c.flow == bindparam("flow")))


def is_enabled(connection: Connection, flow: str) -> bool:
    """Whether the rooms of this product start a flow by themselves, and wait for its end."""
    return transaction.first(connection, _is_enabled, {"flow": flow}) is not None


def find_task(connection: Connection, number: str, name: str) -> Row[Any] | None:
    return connection.execute(select(task).where(task.c.instance == number, task.c.task == name)).first()


def tasks_of(connection: Connection, number: str) -> list[Row[Any]]:
    query = select(task).where(task.c.instance == number)
    return sorted(connection.execute(query), key=lambda row: int(row.task))


def done_in(connection: Connection, number: str) -> dict[str, frozenset[tuple[str | None, str]]]:
    """By person, the elements of an instance whose tasks they have completed, each with the flow that it is of."""
    done = (happened.c.instance == number) & (happened.c.what == "completed") & happened.c.by.is_not(None)
    found: dict[str, set[tuple[str | None, str]]] = {}
    for row in connection.execute(select(happened.c.by, happened.c.flow, happened.c.node).where(done)):
        found.setdefault(row.by, set()).add((row.flow, row.node))
    return {person: frozenset(elements) for person, elements in found.items()}


def completers(connection: Connection, number: str, node: str, since: int) -> set[str]:
    """Who has completed a task of this element that was opened after the activity `since`."""
    done = (happened.c.instance == number) & (happened.c.what == "completed") & (happened.c.node == node)
    rows = connection.execute(select(happened.c.task, happened.c.by).where(done, happened.c.by.is_not(None)))
    return {str(row.by) for row in rows if row.task is not None and int(row.task) > since}


def handed(connection: Connection, number: str) -> frozenset[str]:
    """The tasks of an instance that have been handed on to whoever they are for now."""
    here = (happened.c.instance == number) & happened.c.what.in_(("delegated", "reassigned"))
    return frozenset(connection.execute(select(happened.c.task).where(here)).scalars())


def history(connection: Connection, number: str) -> list[Row[Any]]:
    query = select(happened).where(happened.c.instance == number).order_by(happened.c.idx, happened.c.place)
    return [*connection.execute(query)]


def attachments(connection: Connection, number: str) -> dict[int, list[Row[Any]]]:
    """The files of the comments of an instance, by the place of their entry in the log."""
    query = select(attachment).where(attachment.c.instance == number).order_by(attachment.c.name, attachment.c.sha256)
    found: dict[int, list[Row[Any]]] = {}
    for row in connection.execute(query):
        found.setdefault(row.idx, []).append(row)
    return found


def attached(connection: Connection, number: str, sha256: str) -> Row[Any] | None:
    """A file by which a comment of an instance is kept; the first, where several name it."""
    query = select(attachment).where(attachment.c.instance == number, attachment.c.sha256 == sha256)
    return connection.execute(query.order_by(attachment.c.idx).limit(1)).first()


def last_of(connection: Connection, number: str) -> int:
    """The place in the log of the newest entry of an instance."""
    query = select(func.max(happened.c.idx)).where(happened.c.instance == number)
    return int(connection.execute(query).scalar_one())


def deliverable(connection: Connection, most: int = 500) -> list[Row[Any]]:
    """Messages that somebody waits for, the oldest first, each with the first who does: instance, wait, name, key,
    sender. One for each instance, which may wait for nothing more after it."""
    same = (message.c.name == wait.c.name) & (message.c.key == wait.c.key)
    query = select(message, wait.c.instance, wait.c.wait).join(wait, same)
    order = (message.c.idx, message.c.place, wait.c.instance, func.length(wait.c.wait), wait.c.wait)
    found: dict[tuple[int, int], Row[Any]] = {}
    taken: set[str] = set()
    for row in connection.execute(query.order_by(*order).limit(most)):
        if (row.idx, row.place) not in found and row.instance not in taken:
            found[row.idx, row.place] = row
            taken.add(row.instance)
    return [*found.values()]


def due_timers(connection: Connection, now: str, most: int = 500) -> list[tuple[str, str, str]]:
    """(due, instance, timer) of what has come due, in the order in which it is fired."""
    query = select(timer).where(timer.c.due <= now).order_by(timer.c.due, timer.c.instance, timer.c.timer).limit(most)
    return [(row.due, row.instance, row.timer) for row in connection.execute(query)]


def work(
    connection: Connection, person: str, roles: Sequence[str], q: str | None, limit: int, *, manages: bool = False
) -> tuple[list[Row[Any]], int]:
    """What waits for a person or one of their roles, what is due first; and how many there are. Who `manages` flows
    also has those that nobody can do now: `stranded` is 1."""
    mine = or_(task.c.person == person, and_(task.c.person.is_(None), _of_roles(roles)))
    left = _stranded(connection) if manages else None
    tasks = select(task, literal(0).label("stranded")).where(mine)
    if left is not None:
        tasks = select(task, case((mine, 0), else_=1).label("stranded")).where(or_(mine, left))
    if q:
        named = instance.c.subject.icontains(q, autoescape=True)
        tasks = tasks.join(instance, task.c.instance == instance.c.instance).where(named)
    total = connection.execute(select(func.count()).select_from(tasks.subquery())).scalar_one()
    # The page first, and only then what its few tasks are about.
    page = tasks.order_by(*_urgent(task.c)).limit(limit).subquery()
    query = select(page, instance.c.flow, instance.c.subject, instance.c.version)
    query = query.join(instance, page.c.instance == instance.c.instance).order_by(*_urgent(page.c))
    return [*connection.execute(query)], total


def _of_roles(roles: Sequence[str]) -> ColumnElement[bool]:
    return exists().where(
        task_role.c.instance == task.c.instance, task_role.c.task == task.c.task, task_role.c.role.in_(list(roles))
    )


def _stranded(connection: Connection) -> ColumnElement[bool] | None:
    """Tasks whose holder cannot do them any more: who works here no longer, or took one up and lost its roles; None
    where there are none."""
    holder = func.coalesce(task.c.claimed_by, task.c.person)
    works = {one.id: {*one.roles} for one in identity.people_with(connection, WORKS)}
    gone = {*connection.execute(select(holder).distinct()).scalars()} - works.keys() - {None}
    query = select(task.c.instance, task.c.task, task.c.claimed_by, task_role.c.role).join(
        task_role, (task_role.c.instance == task.c.instance) & (task_role.c.task == task.c.task)
    )
    claims: dict[tuple[str, str], bool] = {}
    for row in connection.execute(query.where(task.c.claimed_by.is_not(None))):
        key = (row.instance, row.task)
        claims[key] = claims.get(key, False) or row.role in works.get(row.claimed_by, ())
    lost = [key for key, holds in claims.items() if not holds]
    if not gone and not lost:
        return None
    return or_(holder.in_(gone), tuple_(task.c.instance, task.c.task).in_(lost))


def _urgent(columns: Any) -> tuple[Any, ...]:
    """The order of an inbox: what is due first, and each task in a place of its own."""
    return (columns.due_at.is_(None), columns.due_at, columns.opened_at, columns.instance, columns.task)


def overdue(connection: Connection, now: str, most: int) -> list[Row[Any]]:
    """Tasks that are late, those that came due last first, with what they are about."""
    query = select(task, instance.c.subject).join(instance, task.c.instance == instance.c.instance)
    return [*connection.execute(query.where(task.c.due_at < now).order_by(task.c.due_at.desc()).limit(most))]


def waits_for(connection: Connection, rows: Sequence[Row[Any]]) -> list[tuple[str, ...]]:
    """For each task whom it waits for: who has it, or everybody with one of its roles."""
    roles: dict[tuple[str, str], list[str]] = {}
    query = select(task_role).where(task_role.c.instance.in_({row.instance for row in rows}))
    for one in connection.execute(query):
        roles.setdefault((one.instance, one.task), []).append(one.role)
    holders = _by_role(connection)
    found = []
    for row in rows:
        has = row.claimed_by or row.person
        found.append((has,) if has is not None else _holding(holders, roles.get((row.instance, row.task), ())))
    return found


def told_when_late(connection: Connection, rows: Sequence[Row[Any]]) -> list[tuple[str, ...]]:
    """For each task who is told that it is late: for whom it waits, and whom the flow names for that."""
    holders = _by_role(connection)
    named = [() if row.escalate is None else _holding(holders, row.escalate.split()) for row in rows]
    return [(*waiting, *also) for waiting, also in zip(waits_for(connection, rows), named, strict=True)]


def _by_role(connection: Connection) -> Mapping[str, list[str]]:
    """Who has each role, read once however many tasks ask for it."""
    found: dict[str, list[str]] = {}
    for one in identity.all_people(connection):
        for role in one.roles:
            found.setdefault(role, []).append(one.id)
    return found


def _holding(holders: Mapping[str, Sequence[str]], roles: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(person for role in roles for person in holders.get(role, ())))


def subject_of(connection: Connection, number: str) -> str:
    return str(connection.execute(select(instance.c.subject).where(instance.c.instance == number)).scalar_one())


def key_of(row: Row[Any]) -> str:
    """A task and whose it is: handed on, it waits for somebody anew."""
    return f"{row.instance}/{row.task}/{row.person or ''}"


def open_tasks(connection: Connection) -> list[str]:
    """The keys of all tasks that wait."""
    return [key_of(row) for row in connection.execute(select(task))]
