"""When somebody may be disturbed, who is told next, when to try again, and which addresses are called (HMI-04)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.alerts import rules
from server.alerts.model import BY_CODE, CRITICAL, HEARD, INFO, KINDS_OF_ALERT, SEVERITIES, WARNING, AlertKind
from server.alerts.rules import Quiet
from server.alerts.sources import SOURCES
from server.alerts.sweeps import LASTING, SWEEPS
from server.identity.model import PERMISSIONS
from server.plant import ROOMS

pytestmark = pytest.mark.urs("HMI-04")
MOMENTS = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
TIMES = st.builds(lambda hour, minute: f"{hour:02}:{minute:02}", st.integers(0, 23), st.integers(0, 59))
ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Pacific/Chatham", "UTC"])
QUIET = st.builds(Quiet, TIMES, TIMES, ZONES)


def inside(quiet: Quiet, moment: datetime) -> bool:
    """By counting minutes on the clock of the wall, another way than the rule's."""
    local = moment.astimezone(ZoneInfo(quiet.zone))
    minute = local.hour * 60 + local.minute
    start, end = (int(one[:2]) * 60 + int(one[3:]) for one in (quiet.start, quiet.end))
    return (minute - start) % 1440 < (end - start) % 1440


@given(MOMENTS, QUIET, st.sampled_from([INFO, WARNING]))
def test_nobody_is_disturbed_in_quiet_hours_nor_later_than_their_end(now: datetime, quiet: Quiet, how: str) -> None:
    at = rules.due(now, how, quiet)
    if not inside(quiet, now):
        assert at == now
        return
    assert now <= at <= now + timedelta(hours=25)
    local = at.astimezone(ZoneInfo(quiet.zone))
    late = (local.hour * 60 + local.minute - int(quiet.end[:2]) * 60 - int(quiet.end[3:])) % 1440
    # An end in the hour that clocks leave out in spring is an hour later by the clock.
    assert late in (0, 60)


@given(MOMENTS, QUIET)
def test_what_is_critical_goes_through(now: datetime, quiet: Quiet) -> None:
    assert rules.due(now, CRITICAL, quiet) == now


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-25T13:59:00Z", "2026-11-25T13:59:00Z"),
        ("2026-11-25T14:00:00Z", "2026-11-25T22:30:00Z"),
        ("2026-11-25T18:00:00Z", "2026-11-25T22:30:00Z"),
        ("2026-11-25T22:30:00Z", "2026-11-25T22:30:00Z"),
    ],
)
def test_a_night_in_shanghai(now: str, expected: str) -> None:
    """22:00 to 06:30 there is 14:00 to 22:30 in UTC."""
    moment = datetime.fromisoformat(now)
    assert rules.due(moment, WARNING, Quiet("22:00", "06:30", "Asia/Shanghai")) == datetime.fromisoformat(expected)


@given(st.integers(1, 200), MOMENTS, st.integers(0, 100_000))
def test_tries_come_ever_later_and_end_within_a_day(tries: int, made: datetime, after: int) -> None:
    now = made + timedelta(seconds=after)
    at = rules.again(tries, made, now, None)
    if at is not None:
        assert rules.FIRST_AGAIN <= at - now <= rules.LAST_AGAIN
        assert at - made <= rules.GIVE_UP
        later = rules.again(tries + 1, made, now, None)
        assert later is None or later >= at
    else:
        assert now + rules.LAST_AGAIN > made + rules.GIVE_UP


def test_a_service_that_names_its_time_is_asked_no_sooner() -> None:
    made = datetime(2026, 11, 25, tzinfo=UTC)
    assert rules.again(1, made, made, timedelta(minutes=7)) == made + timedelta(minutes=7)


@given(st.sampled_from(KINDS_OF_ALERT), st.integers(0, 9))
def test_escalation_ends(kind: AlertKind, level: int) -> None:
    step = rules.step(kind.code, level)
    assert (step is None) == (level >= len(BY_CODE[kind.code].then))


def test_the_table_is_whole() -> None:
    """Every kind is found by something, asks for permissions that somebody holds, and escalates ever later."""
    held = {permission for role in PERMISSIONS.values() for permission in role}
    kinds = {kind.name for room in ROOMS for kind in room.kinds}
    assert len(BY_CODE) == len(KINDS_OF_ALERT)
    assert set(SOURCES) == HEARD
    assert {kind.code for kind in KINDS_OF_ALERT if not kind.on} == {*SWEEPS, "trial"}
    assert set(LASTING) <= set(BY_CODE)
    assert kinds >= HEARD
    for kind in KINDS_OF_ALERT:
        assert kind.severity in SEVERITIES
        assert {*kind.to, *(one for step in kind.then for one in step.to)} <= held
        assert kind.to or kind.person, "for nobody"
        waits = [step.after for step in kind.then]
        assert waits == sorted(waits)
        assert all(len(pair) == 2 and all(pair) for pair in (kind.title, kind.text))


GOOD = "https://updates.push.services.mozilla.com/wpush/v2/gAAAA"


@pytest.mark.parametrize(
    "endpoint", [GOOD, "https://fcm.googleapis.com/fcm/send/x", "https://web.push.apple.com:443/Q"]
)
@pytest.mark.urs("OPS-05")
def test_push_services_of_browsers_are_called(endpoint: str) -> None:
    assert rules.endpoint_problem(endpoint) is None


@pytest.mark.urs("OPS-05")
@pytest.mark.parametrize(
    "endpoint",
    [
        "http://updates.push.services.mozilla.com/x",
        "https://updates.push.services.mozilla.com:8443/x",
        "https://user@fcm.googleapis.com/x",
        "https://fcm.googleapis.com@127.0.0.1/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evilfcm.googleapis.com/x",
        "https://push.services.mozilla.com.evil.example/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/x",
        "https://10.0.0.1/x",
        "file:///etc/passwd",
        "gopher://fcm.googleapis.com/x",
        "https://fcm.googleapis.com\\@127.0.0.1/x",
        "https://127.0.0.1\\.push.services.mozilla.com/x",
        "https://169.254.169.254%2f.push.apple.com/x",
        "https://.push.apple.com/x",
        "https://fcm.googleapis.com/\r\nHost: evil",
        "https://fcm.googleapis.com:0x1bb/x",
        "https://fcm。googleapis.com/x",
        "https:///x",
        "",
        GOOD + "x" * 1000,
    ],
)
def test_no_other_address_is_called(endpoint: str) -> None:
    assert rules.endpoint_problem(endpoint) is not None


@pytest.mark.urs("OPS-05")
def test_a_site_may_allow_another_service_and_no_more_than_that() -> None:
    more = ("http://127.0.0.1:9000", "*.push.example.cn")
    assert rules.endpoint_problem("http://127.0.0.1:9000/x", more) is None
    assert rules.endpoint_problem("https://a.push.example.cn/x", more) is None
    for wrong in ("http://127.0.0.1:9001/x", "https://push.example.cn/x", "http://a.push.example.cn/x"):
        assert rules.endpoint_problem(wrong, more) is not None
