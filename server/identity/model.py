"""The nouns of identity: people with their roles, what a role permits, which roles exclude each other; devices."""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass

from sync import passkeys

# Who may do what (IDN-01). Administrators hold no business permission, and who releases does not produce (IDN-08).
# Everybody reads procedures; who trains others holds training.grant, who says what work needs training.manage: not of
# a step that they may take themselves (`server/training`), so what QA's own work needs the training manager says.
PERMISSIONS: dict[str, tuple[str, ...]] = {
    "operator": ("batch.read", "lot.read", "batch.work", "training.read", "flows.work", "forms.fill"),
    "supervisor": (
        "batch.read",
        "lot.read",
        "lot.receive",
        "stock.manage",
        "stock.move",
        "stock.approve",
        "material.issue",
        "batch.work",
        "yield.explain",
        "production.review",
        "forms.fill",
        "order.release",
        "requisition.approve",
        "purchase.approve",
        "device.enrol",
        "log.read",
        "training.read",
        "training.grant",
        "flows.work",
    ),
    "qa": (
        "batch.read",
        "lot.read",
        "batch.review",
        "batch.release",
        "yield.explain",
        "forms.fill",
        "forms.review",
        "stock.approve",
        "lot.decide",
        "environment.manage",
        "requisition.approve",
        "purchase.approve",
        "recipe.approve",
        "specification.approve",
        "material.approve",
        "supplier.approve",
        "forms.approve",
        "log.read",
        "quarantine.read",
        "payload.erase",
        "training.read",
        "training.grant",
        "training.manage",
        "flows.approve",
        "flows.manage",
        "flows.work",
    ),
    "qc": (
        "batch.read",
        "lot.read",
        "results.record",
        "sample.take",
        "specification.design",
        "training.read",
        "flows.work",
        "forms.fill",
    ),
    "engineer": (
        "batch.read",
        "lot.read",
        "log.read",
        "material.manage",
        "equipment.manage",
        "recipe.design",
        "training.read",
        "forms.design",
        "forms.fill",
        "flows.design",
        "flows.work",
    ),
    "planner": (
        "batch.read",
        "lot.read",
        "order.release",
        "requisition.raise",
        "requisition.approve",
        "purchase.place",
        "supplier.manage",
        "training.read",
        "flows.work",
        "forms.fill",
    ),
    "keeper": (
        "batch.read",
        "lot.read",
        "lot.receive",
        "stock.manage",
        "stock.move",
        "material.issue",
        "requisition.raise",
        "supplier.manage",
        "training.read",
        "flows.work",
        "forms.fill",
    ),
    "trainer": ("log.read", "training.read", "flows.work", "training.manage"),
    "admin": ("people.manage", "device.enrol", "device.revoke", "log.read", "quarantine.read", "training.read"),
    "auditor": ("batch.read", "lot.read", "log.read", "quarantine.read", "training.read"),
}
ROLES = tuple(PERMISSIONS)
# Lower case only, so that two people are never told apart by a capital letter.
LOGIN = r"[a-z0-9][a-z0-9._-]{0,39}"

TABLET, BRIDGE, SERVER = "tablet", "bridge", "server"
DEVICE_ROLES = (TABLET, BRIDGE, SERVER)
# What a badge's secret is made a key with, and what is wrapped by it is bound to.
BADGE_DOMAIN = "pestle/badge/v1\n"

PERSON_ADDED = "identity.person_added.v1"
ROLES_CHANGED = "identity.roles_changed.v1"
CREDENTIAL_SET = "identity.credential_set.v1"
DEVICE_ENROLLED = "identity.device_enrolled.v1"
DEVICE_REVOKED = "identity.device_revoked.v1"
JOURNAL_OPENED = "identity.journal_opened.v1"
SIGNIN_FAILED = "identity.signin_failed.v1"
SIGNED_IN = "identity.signed_in.v1"
# Since a device proves itself in a session; `device` of the one above was named by whoever signed in.
DEVICE_PROVEN = "identity.device_proven.v1"
SESSIONS_ENDED = "identity.sessions_ended.v1"
# Since roles may be limited to areas.
PERSON_ADDED_V2 = "identity.person_added.v2"
ROLES_CHANGED_V2 = "identity.roles_changed.v2"
AREA_SET = "identity.area_set.v1"
AREA_WITHDRAWN = "identity.area_withdrawn.v1"
POLICY_SET = "identity.policy_set.v1"
LOGIN_LOCKED = "identity.login_locked.v1"
LOGIN_UNLOCKED = "identity.login_unlocked.v1"
SESSION_ENDED = "identity.session_ended.v1"
PASSWORD_CONFIRMED = "identity.password_confirmed.v1"
# Since a role that signs needs a second person's word.
PERSON_ADDED_V3 = "identity.person_added.v3"
ROLES_CHANGED_V3 = "identity.roles_changed.v3"
GRANT_CONFIRMED = "identity.grant_confirmed.v1"
GRANT_DECLINED = "identity.grant_declined.v1"
# Decisions of which a signature makes a record that patients depend on: not in the hours after somebody else has given
# the person a password (`rules` say how long), and by nobody whose role a single person has granted (`granting`).
SIGNS = (
    "batch.release",
    "batch.review",
    "lot.decide",
    "recipe.approve",
    "specification.approve",
    "material.approve",
    "supplier.approve",
    "payload.erase",
    "forms.approve",
    "forms.review",
    "flows.approve",
)
# Who may vouch for somebody whom an administrator gave a password; `queries.may_confirm` says whom for whom.
VOUCH = ("batch.release", "training.grant")
PASSKEY_ADDED, PASSKEY_WITHDRAWN = passkeys.KINDS


@dataclass(frozen=True, slots=True)
class Grant:
    """A role; `areas` is None for everywhere, what belongs to no area included."""

    role: str
    areas: tuple[str, ...] | None = None

    def payload(self) -> dict[str, object]:
        """{role, areas}, as entries and screens have it."""
        return {"role": self.role, "areas": None if self.areas is None else list(self.areas)}


@dataclass(frozen=True, slots=True)
class Person:
    """`name` in Chinese, `name_en` in Latin letters; no roles: the person has left, the name stays theirs.

    `grants` are the roles with the areas that they hold in.
    """

    id: str
    login: str
    name: str
    name_en: str | None
    roles: tuple[str, ...]
    grants: tuple["Grant", ...] = ()

    @property
    def permissions(self) -> tuple[str, ...]:
        return permissions_of(self.roles)

    def payload(self) -> dict[str, object]:
        """{id, name, name_en, roles}, as screens and leases show a person."""
        return {"id": self.id, "name": self.name, "name_en": self.name_en, "roles": list(self.roles)}


@dataclass(frozen=True, slots=True)
class HeldPasskey:
    """`credential` as WebAuthn writes ids (base64url), `label` as its holder calls it; times UTC text."""

    credential: str
    label: str
    added_at: str
    used_at: str | None
    passkey: passkeys.Passkey

    def payload(self) -> dict[str, object]:
        """{credential, label, rp_id, added_at, used_at}, as its holder sees it."""
        about = {name: getattr(self, name) for name in ("credential", "label", "added_at", "used_at")}
        return {**about, "rp_id": self.passkey.rp_id}

    def key_payload(self) -> dict[str, str]:
        """{id, public_key, rp_id}: what a tablet asks the authenticator for; the key in base64."""
        key = base64.b64encode(self.passkey.public_key).decode()
        return {"id": self.credential, "public_key": key, "rp_id": self.passkey.rp_id}


@dataclass(frozen=True, slots=True)
class Device:
    """`public_key` is raw; `last_seq` is the last entry that a revocation still accepts, None while in use."""

    id: str
    name: str
    role: str
    alg: str
    public_key: bytes
    enrolled_at: str
    revoked_at: str | None
    last_seq: int | None
    place: str | None = None
    replaces: str | None = None
    storage: str | None = None

    def payload(self) -> dict[str, object]:
        """{id, name, role, alg, enrolled_at, place, replaces, storage: {reopened, extractable, persisted} or null}."""
        names = ("id", "name", "role", "alg", "enrolled_at", "place", "replaces")
        storage = None if self.storage is None else json.loads(self.storage)
        return {**{name: getattr(self, name) for name in names}, "storage": storage}

    def key_payload(self) -> dict[str, str]:
        """{id, name, alg, public_key}: what another device needs to check this one's entries; base64."""
        key = base64.b64encode(self.public_key).decode()
        return {"id": self.id, "name": self.name, "alg": self.alg, "public_key": key}


def permissions_of(roles: Iterable[str]) -> tuple[str, ...]:
    """Sorted, each once."""
    return tuple(sorted({permission for role in roles for permission in PERMISSIONS[role]}))


def person_stream(person: str) -> str:
    return f"person/{person}"


def device_stream(device: str) -> str:
    return f"device/{device}"
