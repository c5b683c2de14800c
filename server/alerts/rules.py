"""What alerts decide, pure: the id of an alert, when a note may be sent, who is told next, when to try again."""

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from server.alerts.model import BY_CODE, CHANNELS, CRITICAL, AlertKind, Next

_DOMAIN = "pestle/alert/v1"
# A push service may be away for a night; a person who is told a day late is not told.
FIRST_AGAIN, LAST_AGAIN, GIVE_UP = timedelta(seconds=5), timedelta(minutes=30), timedelta(hours=24)
# RFC 8030, section 7.2: a service must take 4,096 bytes of body; aes128gcm adds 86 + 17, we send a tenth of it.
MOST_PUSH = 3_000
# Trials of one person within the span: enough to find out, too few to trouble a mail server or a push service.
TRIALS, TRIAL_SPAN = 5, timedelta(minutes=10)
# The push services of the browsers there are; another one stands in the setting PUSH_HOSTS.
PUSH_HOSTS = (
    "fcm.googleapis.com",
    "*.push.services.mozilla.com",
    "*.push.apple.com",
    "*.notify.windows.com",
)
# What every reader of addresses takes for the same host: with "\" in it, who sends ends the host there, and we do not.
_HOST = re.compile(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")

_ZONE = re.compile(r"[A-Za-z0-9_+-]{1,40}(/[A-Za-z0-9_+-]{1,40}){0,2}")


@dataclass(frozen=True, slots=True)
class Quiet:
    """From and to, HH:MM by the clock of the zone; over midnight where `start` is later than `end`."""

    start: str
    end: str
    zone: str


def zone_problem(name: str) -> str | None:
    """What is wrong with the name of a time zone, None if nothing is: another edition of the time zone database may
    know it no more, and its names are files, so nothing but a name may be asked for."""
    if not _ZONE.fullmatch(name):
        return "malformed"
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return "unknown"
    return None


def alert_id(code: str, key: str) -> str:
    """The same alert has the same id however often it is found, and after a restore: 32 digits of SHA-256."""
    return hashlib.sha256("\n".join((_DOMAIN, code, key)).encode()).hexdigest()[:32]


def due(now: datetime, severity: str, quiet: Quiet | None) -> datetime:
    """When somebody may be disturbed: now, or at the end of their quiet hours. What is critical goes through."""
    if quiet is None or severity == CRITICAL or quiet.start == quiet.end:
        return now
    zone = ZoneInfo(quiet.zone)
    local = now.astimezone(zone)
    clock, (hour, minute) = local.strftime("%H:%M"), map(int, quiet.end.split(":"))
    over_midnight = quiet.start > quiet.end
    inside = clock >= quiet.start or clock < quiet.end if over_midnight else quiet.start <= clock < quiet.end
    if not inside:
        return now
    # By the calendar and not by hours: the night in which clocks change is longer or shorter.
    day = local.date() + timedelta(days=1 if over_midnight and clock >= quiet.start else 0)
    at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
    # Of a time that comes twice the second, and of one that is left out what follows it.
    return max(now, *(at.replace(fold=fold).astimezone(now.tzinfo) for fold in (0, 1)))


def wanted(kind: AlertKind, chosen: Mapping[str, bool] | None) -> list[str]:
    """The channels by which somebody wants this kind; all of them as long as they have not chosen."""
    return [one for one in CHANNELS if kind.fixed or chosen is None or chosen[one]]


def step(code: str, level: int) -> Next | None:
    """Who is told after those of this level; None where they are the last."""
    then = BY_CODE[code].then if code in BY_CODE else ()
    return then[level] if level < len(then) else None


def again(tries: int, made_at: datetime, now: datetime, asked: timedelta | None) -> datetime | None:
    """When to try once more after so many tries failed, later where the service asks for it; None: not any more."""
    wait = min(FIRST_AGAIN * 2 ** min(tries - 1, 20), LAST_AGAIN)
    at = now + max(wait, asked or timedelta())
    return at if at - made_at <= GIVE_UP else None


def endpoint_problem(endpoint: str, more: Collection[str] = ()) -> str | None:
    """What is wrong with the address that a browser wants to be pushed to, None if nothing is.

    It comes from a client and our server calls it, so it must be one of the push services' and no address inside
    (OWASP: server-side request forgery; an allow-list is the one answer that names that change do not evade). `more`:
    host names with a leading `*.` for all below one, or whole origins such as http://127.0.0.1:9000.
    """
    try:
        parts = urlsplit(endpoint)
        port, host = parts.port, (parts.hostname or "").lower()
    except ValueError:
        return "malformed"
    if len(endpoint) > 1000 or not endpoint.isascii() or any(one <= " " for one in endpoint):
        return "malformed"
    if f"{parts.scheme}://{parts.netloc}" in more:
        return None
    if parts.scheme != "https" or parts.username is not None or parts.password is not None or port not in (None, 443):
        return "not_https"
    if not _HOST.fullmatch(host):
        return "malformed"
    hosts = (*PUSH_HOSTS, *(one for one in more if "://" not in one))
    known = any(host.endswith(one[1:]) if one.startswith("*.") else host == one for one in hosts)
    return None if known else "host_unknown"
