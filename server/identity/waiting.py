"""What waits for whoever manages people: ways in that nobody has used or that are shut."""

from datetime import datetime

from sqlalchemy import Connection, select

from server.core import clock
from server.identity import lockout, queries
from server.identity.model import Person
from server.identity.projection import credential


def one_time_passwords(connection: Connection) -> list[tuple[Person, str]]:
    """Who was given a password for one sign-in and has chosen no other yet, and when (UTC text); the oldest first."""
    query = select(credential.c.person, credential.c.set_at).order_by(credential.c.set_at)
    given = connection.execute(query.where(credential.c.what == "password", credential.c.one_time == 1)).all()
    people = {person.id: person for person in queries.all_people(connection) if person.roles} if given else {}
    return [(people[row.person], row.set_at) for row in given if row.person in people]


def locked(connection: Connection) -> list[tuple[Person, str]]:
    """Whose login wrong passwords have locked, and until when (UTC text)."""
    found = lockout.locked(connection)
    people = queries.all_people(connection) if found else []
    return [(one, until) for one in people if (until := found.get(lockout.key_of(one.login))) is not None]


def password_ends(connection: Connection, person: Person) -> str | None:
    """When the person's password grows too old (UTC text); None where it never does or they have none."""
    held = queries.credentials_of(connection, person.id).get("password")
    if held is None:
        return None
    set_at = datetime.fromisoformat(held["set_at"])
    ends = queries.policy_of(connection).password_ends(set_at, held["one_time"])
    return None if ends is None else clock.text(ends)
