"""The settings of a plant, all from the environment: PORT, DATA, DATABASE_URL, ORIGIN, backups and retention."""

import contextlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import unquote, urlsplit

from server.core.errors import PestleError, from_sync
from sync import keyfiles
from sync.errors import SyncError

# A year past an expiry of up to five years, five years past certification, and product liability of ten years all end
# before (EU GMP chapter 4, 4.10; GMP of China, article 162).
RETENTION_YEARS = 11
_EVERY = re.compile(r"([1-9][0-9]{0,5})([smhd])")
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*")
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.\[\]:-]{1,253}")
# As far as a header needs it; whether mail arrives there is the mail servers' word.
_ADDRESS = re.compile(r"[^@\s<>,;:\"\\]{1,64}@[A-Za-z0-9.-]{1,253}")
Network = IPv4Network | IPv6Network
# A plant's address translation may hide all of its tablets behind one address, and each may be here twice.
SOCKETS_PER_ADDRESS = 400
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Backups:
    """Where backups go, how often, how many of the last are kept (0: all), and the public keys that can read them."""

    to: Path
    recipients: tuple[str, ...]
    every: timedelta = timedelta(hours=24)
    keep: int = 0


@dataclass(frozen=True, slots=True)
class Mail:
    """The mail server that alerts are sent by, and whose address stands in them as the sender's. `tls`: from the first
    byte on; otherwise as soon as the server offers it."""

    host: str
    port: int
    tls: bool
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Config:
    """`data` is the folder of keys, photos and, unless `database_url` names PostgreSQL, the database."""

    data: Path
    database_url: str
    port: int = 8000
    origin: str = "pestle.local/log"
    backup: Backups | None = None
    retention_years: int = RETENTION_YEARS
    tsa_url: str | None = None
    sockets_per_address: int = SOCKETS_PER_ADDRESS
    # Whose word is believed (X-Forwarded-For) for which address a request came from.
    proxies: tuple[Network, ...] = ()
    # Opens what DATA and the database keep sealed: the site's private keys, and people's password hashes and keys.
    secret: bytes | None = field(default=None, repr=False)
    # The host name that passkeys are made for; None at a site that is reached by an IP address, where there are none.
    passkey_domain: str | None = "localhost"
    # Where people reach the site, as links in e-mails name it.
    url: str = "http://localhost:8000"
    mail: Mail | None = None
    # Push services beside those of the usual browsers: host names, *.name, or whole origins.
    push_hosts: tuple[str, ...] = ()

    @property
    def contact(self) -> str:
        """Whom push services write to when our pushes trouble them (RFC 8292, section 2.1)."""
        if self.mail is not None:
            return f"mailto:{self.mail.sender}"
        return self.url if self.url.startswith("https://") else f"mailto:pestle@{self.passkey_domain or 'localhost'}"

    @property
    def blobs(self) -> Path:
        return self.data / "blobs"

    @property
    def key_file(self) -> Path:
        return self.data / "server.key"

    @property
    def cosigner_file(self) -> Path:
        """The log's second key, ML-DSA-44, which signs what is published."""
        return self.data / "log-mldsa44.key"

    @property
    def next_keys(self) -> Path:
        """Keys that the site's root has not named yet."""
        return self.data / "next-keys"

    @property
    def old_keys(self) -> Path:
        return self.data / "old-keys"

    @property
    def anchor_file(self) -> Path:
        return self.data / "anchor"

    @property
    def erasing(self) -> Path:
        """The photos that an erasure names, until they are deleted."""
        return self.data / "erasing"

    @property
    def restoring(self) -> Path:
        """The mark of a restore that has not ended: as long as it is there, the site is not opened."""
        return self.data / "restoring"


def from_environment(environment: Mapping[str, str] = os.environ) -> Config:
    """PORT (8000), DATA (./var), DATABASE_URL (SQLite under DATA), ORIGIN (the log's name to the world),
    RETENTION_YEARS (11), TSA_URL (an authority for time stamps), SOCKETS_PER_ADDRESS (400), PROXIES (addresses or
    networks of proxies in front, with blanks or commas between), SECRETS_KEY_FILE (a file of 32 or more characters that
    the site's keys are sealed with; keep it elsewhere than DATA), PASSKEY_DOMAIN (localhost; the host name at which
    people reach the site), SITE_URL (where people reach it, for links in e-mails), SMTP_URL (smtp:// or smtps://, with
    user and password where the server wants them), SMTP_PASSWORD_FILE (the password apart), MAIL_FROM, PUSH_HOSTS
    (push services beside those of the usual browsers), and of backups BACKUP_TO, BACKUP_RECIPIENTS (age1…,
    with blanks or commas between), BACKUP_EVERY (24h) and BACKUP_KEEP (0, all)."""
    data = Path(environment.get("DATA") or "./var").resolve()
    url = environment.get("DATABASE_URL") or f"sqlite:///{data / 'pestle.db'}"
    if url.startswith(("postgres://", "postgresql://")):
        url = "postgresql+psycopg://" + url.partition("://")[2]
    return Config(
        data,
        url,
        _number(environment, "PORT", 8000),
        environment.get("ORIGIN") or "pestle.local/log",
        _backups(environment),
        _number(environment, "RETENTION_YEARS", RETENTION_YEARS, 1),
        environment.get("TSA_URL") or None,
        _number(environment, "SOCKETS_PER_ADDRESS", SOCKETS_PER_ADDRESS, 1),
        _networks(environment, "PROXIES"),
        _secret(environment),
        _domain(environment),
        _url(environment),
        _mail(environment),
        tuple(environment.get("PUSH_HOSTS", "").replace(",", " ").split()),
    )


def span(text: str, setting: str = "BACKUP_EVERY") -> timedelta:
    """A time span such as 24h, 30m or 7d; PestleError `setting_wrong`."""
    match = _EVERY.fullmatch(text.strip())
    if match is None:
        raise PestleError("setting_wrong", {"setting": setting, "value": text[:40]})
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _backups(environment: Mapping[str, str]) -> Backups | None:
    to, recipients = environment.get("BACKUP_TO"), environment.get("BACKUP_RECIPIENTS", "")
    if not to:
        return None
    named = tuple(recipients.replace(",", " ").split())
    if not named:
        # A site that believes it is backed up and is not would be worse than one that does not start.
        raise PestleError("setting_wrong", {"setting": "BACKUP_RECIPIENTS", "value": recipients})
    every = span(environment.get("BACKUP_EVERY") or "24h")
    return Backups(Path(to).resolve(), named, every, _number(environment, "BACKUP_KEEP", 0))


def _networks(environment: Mapping[str, str], name: str) -> tuple[Network, ...]:
    text = environment.get(name, "")
    try:
        return tuple(ip_network(one) for one in text.replace(",", " ").split())
    except ValueError:
        raise PestleError("setting_wrong", {"setting": name, "value": text[:40]}) from None


def _secret(environment: Mapping[str, str]) -> bytes | None:
    try:
        return keyfiles.secret(environment)
    except SyncError as error:
        raise from_sync(error) from error


def _domain(environment: Mapping[str, str]) -> str | None:
    """An address of numbers is no name that a passkey could be bound to (WebAuthn, section 5.1.2)."""
    text = (environment.get("PASSKEY_DOMAIN") or "localhost").lower()
    without_port = re.sub(r":[0-9]{1,5}\Z", "", text)
    for address in (text, without_port):
        with contextlib.suppress(ValueError):
            ip_address(address.strip("[]"))
            return None
    text = without_port
    if not _HOST.fullmatch(text):
        raise PestleError("setting_wrong", {"setting": "PASSKEY_DOMAIN", "value": text[:40]})
    return text


def _url(environment: Mapping[str, str]) -> str:
    url = (environment.get("SITE_URL") or f"http://localhost:{environment.get('PORT') or 8000}").rstrip("/")
    if not _ORIGIN.fullmatch(url):
        raise PestleError("setting_wrong", {"setting": "SITE_URL", "value": url[:40]})
    return url


def _mail(environment: Mapping[str, str]) -> Mail | None:
    """The password never stands in an error."""
    given = environment.get("SMTP_URL")
    if not given:
        return None
    sender, parts = environment.get("MAIL_FROM", ""), urlsplit(given)
    if not _ADDRESS.fullmatch(sender):
        raise PestleError("setting_wrong", {"setting": "MAIL_FROM", "value": sender[:40]})
    try:
        port = parts.port
    except ValueError:
        port = 0
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or port == 0:
        raise PestleError("setting_wrong", {"setting": "SMTP_URL", "value": parts.scheme[:40]})
    tls = parts.scheme == "smtps"
    user, password = (None if one is None else unquote(one) for one in (parts.username, parts.password))
    file = environment.get("SMTP_PASSWORD_FILE")
    if file:
        password = _mail_password(file)
    if (user or None) is None and password is not None:
        # A server that is told no name is told no password either: every mail would be refused, and nobody would see.
        why = "names no user for the password that is given"
        raise PestleError("setting_wrong", {"setting": "SMTP_URL", "value": parts.scheme, "why": why})
    if user and not password:
        why = "no password for the user in SMTP_URL"
        raise PestleError("setting_wrong", {"setting": "SMTP_PASSWORD_FILE", "value": (file or "")[:40], "why": why})
    return Mail(parts.hostname, port or (465 if tls else 587), tls, sender, user, password)


def _mail_password(file: str) -> str:
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = keyfiles.unreadable(Path(file), error)
        raise PestleError("setting_wrong", {"setting": "SMTP_PASSWORD_FILE", "value": file[:80], "why": why}) from None


def _number(environment: Mapping[str, str], name: str, otherwise: int, least: int = 0) -> int:
    text = environment.get(name) or str(otherwise)
    if not text.isdecimal() or int(text) < least:
        raise PestleError("setting_wrong", {"setting": name, "value": text[:40]})
    return int(text)
