"""The tables of people and devices, and how entries fill them; beside them what is secret or passing, no record."""

from sqlalchemy import BigInteger, Column, Connection, Integer, LargeBinary, Table, Text, delete, insert, update

from server.core.db import records, workspace
from server.core.kinds import Entry
from server.core.outcomes import SERVER
from sync import canonical, note
from sync.certificate import Certificate

person = Table(
    "identity_person",
    records,
    Column("id", Text, primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text),
    # Roles joined by blanks, in the order of the entry.
    Column("roles", Text, nullable=False),
    # The same with where they hold, as `grants.text` writes it.
    Column("grants", Text, nullable=False),
    # Raw Ed25519, of the key that the person's PIN unlocks.
    Column("user_key", LargeBinary),
)
device = Table(
    "identity_device",
    records,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("alg", Text, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("enrolled_at", Text, nullable=False),
    Column("revoked_at", Text),
    Column("last_seq", Integer),
    # The room in which it is kept, the device whose name and place it took, and how it keeps its key (JSON).
    Column("place", Text),
    Column("replaces", Text),
    Column("storage", Text),
)
area = Table(
    "identity_area",
    records,
    Column("area", Text, primary_key=True),
    Column("zh", Text, nullable=False),
    Column("en", Text, nullable=False),
)
# Which rooms an area has; a room is in one area, or in none.
place = Table("identity_place", records, Column("place", Text, primary_key=True), Column("area", Text, nullable=False))
# One row, with `id` 1, once the plant has set something.
policy = Table(
    "identity_policy",
    records,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("password_days", Integer, nullable=False),
    Column("one_time_hours", Integer, nullable=False),
    Column("idle_minutes", Integer, nullable=False),
    Column("tablet_minutes", Integer, nullable=False),
    Column("absolute_hours", Integer, nullable=False),
)

# `what` is password or pin; `secret` an argon2id hash, or the wrapped user key as JSON.
credential = Table(
    "identity_credential",
    workspace,
    Column("person", Text, primary_key=True),
    Column("what", Text, primary_key=True),
    Column("secret", Text, nullable=False),
    # 1 while somebody else has chosen it: good for one sign-in, in which it must be changed.
    Column("one_time", Integer, nullable=False),
    Column("set_at", Text, nullable=False),
)
# Hashes of passwords that a person had before the one of now, so that none of them is chosen again.
past_password = Table(
    "identity_past_password",
    workspace,
    Column("person", Text, primary_key=True),
    Column("secret", Text, primary_key=True),
    Column("set_at", Text, nullable=False),
)
# How screens look and speak for somebody, on whatever device; null is what they never chose.
preference = Table(
    "identity_preference",
    workspace,
    Column("person", Text, primary_key=True),
    Column("language", Text),
    Column("theme", Text),
    Column("contrast", Text),
)
# `token` is the SHA-256 of the cookie: the table of sessions opens no session, and `id` names one to end it.
session = Table(
    "identity_session",
    workspace,
    Column("token", Text, primary_key=True),
    Column("id", Text, nullable=False),
    Column("person", Text, nullable=False, index=True),
    Column("nonce", Text, nullable=False),
    Column("device", Text),
    Column("address", Text, nullable=False),
    # As the browser calls itself, or nothing.
    Column("browser", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("used_at", Text, nullable=False),
)
# People's passkeys: the COSE_Key, and the name of the site that each was made for.
passkey = Table(
    "identity_passkey",
    records,
    # Base64url, as WebAuthn writes ids.
    Column("credential", Text, primary_key=True),
    Column("person", Text, nullable=False, index=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("rp_id", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("added_at", Text, nullable=False),
    Column("withdrawn_at", Text),
)
# How far each authenticator had counted when it signed in or signed here last.
passkey_use = Table(
    "identity_passkey_use",
    workspace,
    Column("credential", Text, primary_key=True),
    Column("counter", BigInteger, nullable=False),
    Column("used_at", Text, nullable=False),
)
# Nonces that were given out and not used; `person` where only one may use it, `digest` of what is to be signed, or "".
challenge = Table(
    "identity_challenge",
    workspace,
    Column("nonce", Text, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("person", Text),
    Column("digest", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
)
# `session` and `token` are SHA-256: of the cookie, and of what the page that signs holds. One page of a session signs.
signing = Table(
    "identity_signing",
    workspace,
    Column("session", Text, primary_key=True),
    Column("token", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("used_at", Text, nullable=False),
)
enrolment_code = Table(
    "identity_enrolment_code",
    workspace,
    Column("hash", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("person", Text, nullable=False),
    # The tablet whose journal may be opened for the one that enrols.
    Column("recovers", Text),
    # Where the device that enrols will be kept, and the one whose name and place it takes.
    Column("place", Text),
    Column("replaces", Text),
    Column("expires_at", Text, nullable=False),
)
# Browsers in which somebody has given their password rightly: `token` is the SHA-256 of a cookie that stays there.
browser = Table(
    "identity_browser",
    workspace,
    Column("token", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("seen_at", Text, nullable=False),
)
# Wrong passwords of a login, counted by where they come from: `lockout` says which sources there are. Both hashed.
failure = Table(
    "identity_failure",
    workspace,
    Column("login", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("last_at", Text, nullable=False),
)


def set_area(connection: Connection, entry: Entry) -> None:
    """All that the area is from now on: its names and its places."""
    given = entry.payload
    withdraw_area(connection, entry)
    connection.execute(insert(area).values(area=given["area"], **given["name"]))
    for name in dict.fromkeys(given["places"]):
        connection.execute(insert(place).values(place=name, area=given["area"]))


def withdraw_area(connection: Connection, entry: Entry) -> None:
    name = entry.payload["area"]
    connection.execute(delete(area).where(area.c.area == name))
    connection.execute(delete(place).where(place.c.area == name))


def set_policy(connection: Connection, entry: Entry) -> None:
    given = {name: value for name, value in entry.payload.items() if name != "reason"}
    connection.execute(delete(policy))
    connection.execute(insert(policy).values(id=1, **given))


def set_credential(connection: Connection, entry: Entry) -> None:
    """Only the public key of a PIN is a record; a password leaves nothing but the fact."""
    given = entry.payload
    if given["what"] == "pin":
        key = canonical.decode_base64(given["public_key"])
        connection.execute(update(person).where(person.c.id == given["person"]).values(user_key=key))


def enrol(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    key = canonical.decode_base64(given["public_key"])
    values = {name: given[name] for name in ("name", "role", "alg")}
    connection.execute(
        insert(device).values(id=given["device"], public_key=key, enrolled_at=entry.recorded_at, **values)
    )


def revoke(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    values = {"revoked_at": entry.recorded_at, "last_seq": given["last_seq"]}
    connection.execute(update(device).where(device.c.id == given["device"]).values(values))


def add_passkey(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    values = {name: given[name] for name in ("credential", "person", "rp_id", "label")}
    key = canonical.decode_base64(given["public_key"])
    connection.execute(insert(passkey).values(public_key=key, added_at=entry.recorded_at, **values))


def withdraw_passkey(connection: Connection, entry: Entry) -> None:
    here = passkey.c.credential == entry.payload["credential"]
    connection.execute(update(passkey).where(here).values(withdrawn_at=entry.recorded_at))


def change_server_key(connection: Connection, entry: Entry) -> None:
    """The site's root has named another key for the server."""
    text, _ = note.split(entry.payload["certificate"].encode())
    key = Certificate.parse(text).server_key
    connection.execute(update(device).where(device.c.id == SERVER).values(public_key=key))
