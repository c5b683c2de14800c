"""Who may do what: every address and every decision, by every role (IDN-01, IDN-08). The table is PERMISSIONS."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from plant import PlantUnderTest
from sqlalchemy import Connection
from support import ROOT

from server import app as app_module
from server.alerts.model import ACKNOWLEDGED
from server.core import clock
from server.core.kinds import Entry, Registry, Room
from server.identity import access, queries
from server.identity.model import (
    AREA_SET,
    CREDENTIAL_SET,
    PASSKEY_ADDED,
    PASSKEY_WITHDRAWN,
    PERMISSIONS,
    PERSON_ADDED,
    PERSON_ADDED_V2,
    ROLES,
    SESSION_ENDED,
)
from server.plant import ROOMS
from server.web import guard
from sync.entry import Envelope
from sync.signing import Ed25519Signer
from sync.writer import DeviceWriter

pytestmark = pytest.mark.urs("IDN-01", "IDN-08")
PAYLOADS = json.loads((ROOT / "tests" / "vectors" / "kinds.json").read_text())
DECISIONS = [kind for room in ROOMS for kind in room.kinds if kind.nature == "decision"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlantUnderTest]:
    """One person for each role, who is nothing else; nothing is asked of the database but who they are."""
    folder = tmp_path_factory.mktemp("permissions")
    made = PlantUnderTest(f"sqlite:///{folder}/pestle.db", folder)
    for number, role in enumerate(ROLES):
        person = {"person": f"R-{number}", "login": f"only-{role}", "name": role, "name_en": None, "roles": [role]}
        made.state(PERSON_ADDED, f"person/R-{number}", person)
    yield made
    made.close()


@pytest.fixture(scope="module")
def clients(site: PlantUnderTest) -> dict[str, FlaskClient]:
    from server.identity import accounts, sessions

    found = {}
    for number, role in enumerate(ROLES):
        client = site.client()
        accounts.set_password(site.plant, f"R-{number}", "correct horse battery")
        session = sessions.sign_in(site.plant, f"only-{role}", "correct horse battery", "test")
        client.set_cookie(access.COOKIE, session.token)
        found[role] = client
    return found


def addresses(app: Flask) -> list[tuple[str, str, tuple[str, ...]]]:
    """(method, address with its parts filled in, permissions) of every address that demands one."""
    found = []
    for rule in app.url_map.iter_rules():
        asked = access.asks(app.view_functions[rule.endpoint])
        parts = {
            name: 0 if type(part).__name__ == "IntegerConverter" else "x" for name, part in rule._converters.items()
        }
        path = app.url_map.bind("localhost").build(rule.endpoint, parts, method=next(iter(rule.methods or {"GET"})))
        methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        found += [(method, path, asked) for method in methods if asked]
    return found


def ask(client: FlaskClient, method: str, path: str) -> tuple[int, str]:
    answer = client.open(path, method=method, json={} if method in ("POST", "PUT") else None, buffered=False)
    answer.close()
    body = answer.json if answer.is_json and answer.status_code >= 400 else None
    return answer.status_code, str((body or {}).get("code"))


@pytest.mark.parametrize("role", ROLES)
def test_each_address_answers_exactly_those_who_may(clients: dict[str, FlaskClient], role: str) -> None:
    client, wrong = clients[role], []
    for method, path, asked in addresses(client.application):
        status, code = ask(client, method, path)
        refused = (status, code) == (403, "not_permitted")
        if refused == bool(set(asked) & set(PERMISSIONS[role])):
            wrong.append((method, path, asked, status, code))
    assert wrong == []


def test_without_a_session_none_of_them_answers(site: PlantUnderTest) -> None:
    client = site.client()
    found = {(method, path): ask(client, method, path) for method, path, _ in addresses(client.application)}
    assert len(found) > 40
    assert set(found.values()) == {(401, "session_missing")}


def test_an_address_without_a_permission_keeps_the_server_from_starting() -> None:
    # Made anew: what is added to the addresses of this process would be in each application after it.
    app = app_module.addresses.__wrapped__()
    more = Blueprint("more", __name__)
    more.get("/api/more")(lambda: "everything")
    app.register_blueprint(more)
    with pytest.raises(RuntimeError, match="more"):
        guard.check_doors(app)


def test_every_permission_is_somebodys_and_asked_for_somewhere(site: PlantUnderTest) -> None:
    held = {permission for role in ROLES for permission in PERMISSIONS[role]}
    asked = {one for _, _, permissions in addresses(site.client().application) for one in permissions}
    asked |= {one for kind in DECISIONS for one in kind.by} - {"server"}
    assert asked - held == set()
    # Asked inside of a rule, since what is done without it is flagged and not refused.
    assert held - asked <= {"results.record", "yield.explain"}


def test_every_decision_says_whose_it_is() -> None:
    """All but these: of one's own password, passkeys, sessions and alerts; a rule asks whose they are."""
    own = [CREDENTIAL_SET, PASSKEY_ADDED, PASSKEY_WITHDRAWN, SESSION_ENDED, ACKNOWLEDGED]
    assert [kind.name for kind in DECISIONS if not kind.by] == own


@pytest.mark.parametrize("role", ROLES)
def test_each_decision_is_refused_to_exactly_those_who_may_not(site: PlantUnderTest, role: str) -> None:
    person, wrong = f"R-{ROLES.index(role)}", []
    writer = DeviceWriter("server", Ed25519Signer.generate(), clock=lambda: int(clock.now().timestamp() * 1000))
    for kind in DECISIONS:
        if not kind.by:
            continue
        entry = asked_by(person, writer.write(kind.name, "batch/x", PAYLOADS[kind.name], actor=person))
        with site.reading() as connection:
            refusal = site.plant.registry.decide(connection, entry).refusal
        if (refusal == "not_permitted") == bool(set(kind.by) & set(PERMISSIONS[role])):
            wrong.append((kind.name, kind.by, refusal))
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_a_role_limited_to_an_area_decides_nothing_about_rooms_of_another(site: PlantUnderTest, role: str) -> None:
    """Whatever the kind, were it about a room: that each kind names its rooms rightly is for the tests of its room."""
    number, wrong = ROLES.index(role), []
    for area in ("inside", "outside"):
        name = {"name": {"zh": area, "en": area}, "places": [f"{area}-{number}"], "reason": "test"}
        site.state(AREA_SET, "site", {"area": f"{area}-{number}", **name})
        grants = [{"role": role, "areas": [f"{area}-{number}"]}]
        who = {"person": f"{area}-{number}", "login": f"{area}-{role}", "name": role, "name_en": None}
        site.state(PERSON_ADDED_V2, f"person/{area}-{number}", {**who, "grants": grants})

    def inside(connection: Connection, entry: Entry) -> list[str]:
        return [f"inside-{number}"]

    about = [replace(kind, places=inside, areas=inside) for kind in DECISIONS if kind.by]
    registry = Registry([Room("all", tuple(about))], queries.permitted_at)
    writer = DeviceWriter("server", Ed25519Signer.generate(), clock=lambda: int(clock.now().timestamp() * 1000))
    for kind in about:
        held = bool(set(kind.by) & set(PERMISSIONS[role]))
        for area in ("inside", "outside"):
            person = f"{area}-{number}"
            entry = asked_by(person, writer.write(kind.name, "batch/x", PAYLOADS[kind.name], actor=person))
            with site.reading() as connection:
                refusal = registry.decide(connection, entry).refusal
            if (refusal == "area_not_permitted") != (held and area == "outside"):
                wrong.append((kind.name, area, refusal))
    assert wrong == []


def asked_by(person: str, envelope: Envelope) -> Entry:
    body: dict[str, Any] = envelope.body
    return Entry(envelope.head, body, -1, clock.now_text())


def test_who_administers_holds_no_business_permission_and_who_produces_does_not_release() -> None:
    business = {
        one for role in ROLES if role != "admin" for one in PERMISSIONS[role] if one.startswith(("batch", "lot"))
    }
    assert not business & set(PERMISSIONS["admin"])
    assert not any({"batch.work", "batch.release"} <= set(permissions) for permissions in PERMISSIONS.values())


def test_the_screens_know_the_same_permissions() -> None:
    """What the app hides is what the server refuses, and each permission has its words in both languages."""
    known = {permission for permissions in PERMISSIONS.values() for permission in permissions}
    files = [file for file in (ROOT / "pwa" / "src").rglob("*") if file.suffix in (".ts", ".svelte")]
    asked = {one for file in files for one in re.findall(r'session\.can\("([a-z.]+)"\)', file.read_text())}
    assert asked
    assert asked <= known
    for language in ("en", "zh"):
        words = (ROOT / "pwa" / "src" / "i18n" / f"people.{language}.ts").read_text()
        assert set(re.findall(r'"([a-z]+\.[a-z]+)": ', words)) == known
