"""Which roles go together, what they permit, what a password and a PIN must be."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from server.identity import credentials, rules
from server.identity.model import PERMISSIONS, ROLES, permissions_of

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
BUSINESS = ("batch.", "order.", "results.", "lot.")


@pytest.mark.urs("IDN-08")
def test_an_administrator_holds_no_business_permission() -> None:
    assert [one for one in permissions_of(["admin"]) if one.startswith(BUSINESS)] == []
    assert rules.conflicting_roles(["admin", "auditor"]) == ["admin", "auditor"]
    assert all(rules.conflicting_roles(["admin", role]) for role in ROLES if role != "admin")


@pytest.mark.urs("IDN-08")
def test_whoever_releases_does_not_produce() -> None:
    assert rules.conflicting_roles(["qa", "operator"]) == ["operator", "qa"]
    assert rules.conflicting_roles(["qa", "supervisor"]) == ["qa", "supervisor"]
    assert rules.conflicting_roles(["operator", "qc"]) == []


@pytest.mark.urs("IDN-01")
def test_permissions_of_several_roles_add_up() -> None:
    for first, second in itertools.combinations(ROLES, 2):
        assert set(permissions_of([first, second])) == {*PERMISSIONS[first], *PERMISSIONS[second]}
    assert permissions_of([]) == ()


@pytest.mark.urs("IDN-02")
@pytest.mark.parametrize("password", ["nine char", "WangFang is my name", "aaaaaaaaaaaaaa", "", "abababababab"])
def test_weak_passwords(password: str) -> None:
    assert rules.password_weak(password, "wangfang")
    assert not rules.password_weak("ten chars.", "wangfang")


@pytest.mark.urs("IDN-05")
@pytest.mark.parametrize("pin", ["", "12345", "1234567", "000000", "12345a", "１２３４５６", "123456\n"])
def test_weak_pins(pin: str) -> None:
    assert rules.pin_weak(pin)
    assert not rules.pin_weak("246810")


@pytest.mark.urs("IDN-02")
def test_five_failures_lock_for_a_quarter_of_an_hour() -> None:
    assert rules.locked_until(4, NOON) is None
    assert rules.locked_until(5, NOON) == NOON + timedelta(minutes=15)


@pytest.mark.urs("IDN-02")
def test_a_session_ends_when_idle_or_old() -> None:
    hour, policy = timedelta(hours=1), rules.Policy(idle_minutes=30, absolute_hours=12)
    assert policy.session_ends(NOON, NOON, on_tablet=False) == NOON + hour / 2
    assert policy.session_ends(NOON, NOON, on_tablet=True) == NOON + 8 * hour
    assert policy.session_ends(NOON, NOON + 11 * hour, on_tablet=True) == NOON + 12 * hour


@pytest.mark.urs("IDN-02")
def test_a_password_ends_as_the_plant_says_and_a_given_one_soon() -> None:
    policy = rules.Policy(password_days=180, one_time_hours=72)
    assert policy.password_ends(NOON, one_time=False) == NOON + timedelta(days=180)
    assert policy.password_ends(NOON, one_time=True) == NOON + timedelta(days=3)
    assert rules.Policy(password_days=0).password_ends(NOON, one_time=False) is None


@pytest.mark.urs("IDN-02")
@pytest.mark.usefixtures("product_hasher")
def test_a_password_is_kept_as_argon2id() -> None:
    hashed = credentials.hash_password("correct horse battery")
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert credentials.password_fits(hashed, "correct horse battery")
    assert not credentials.password_fits(hashed, "correct horse batterx")
    assert not credentials.password_fits(None, "nobody has this password")
    assert not credentials.password_fits("not a hash", "")
