"""Who asks: the session of a request, and the permission that a view demands."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from flask import Response, g, request

from server.core import limits, plant
from server.core.errors import PestleError
from server.identity import rules, sessions
from server.identity.lockout import Origin
from server.identity.model import Person
from server.identity.sessions import Session

COOKIE = "pestle_session"
# A browser takes a cookie of this name only by TLS, from this host itself and for all of it: no neighbouring host and
# no plain connection can put a session of its own in the place (RFC 6265bis, section 4.1.3.2).
HOST_COOKIE = f"__Host-{COOKIE}"
# By this a browser is known in which somebody has signed in before. It opens nothing (`lockout`).
BROWSER_COOKIE = "pestle_browser"
# Under this name a view carries what it demands; decorators above hand it on.
_ASKS = "pestle_asks"
P = ParamSpec("P")
R = TypeVar("R")


def address() -> Origin:
    """Where this request came from, as far as proxies of ours say it for others, and in which browser."""
    forwarded = [one for line in request.headers.getlist("X-Forwarded-For") for one in line.split(",")]
    origin = Origin(limits.address_of(request.remote_addr or "?", forwarded, plant.current().config.proxies))
    origin.known = request.cookies.get(_cookie(BROWSER_COOKIE))
    origin.browser = request.headers.get("User-Agent", "").replace("\x00", "")
    origin.session = token()
    return origin


def _cookie(name: str = COOKIE) -> str:
    """Over plain HTTP (a site without certificate, a test) neither a Secure cookie nor its prefix would come back."""
    return f"__Host-{name}" if request.is_secure else name


def token() -> str | None:
    """What opens the session, as this request's cookie has it."""
    return request.cookies.get(_cookie())


def current_session() -> Session:
    """The session of this request's cookie; PestleError `session_missing` or `session_expired`."""
    if "pestle_session" not in g:
        g.pestle_session = sessions.find_session(plant.current(), token())
    return cast(Session, g.pestle_session)


def current_person() -> Person:
    """Who is signed in; PestleError `password_one_time` while nothing but a new password is allowed."""
    session = current_session()
    if session.one_time:
        raise PestleError("password_expired" if session.expired else "password_one_time")
    return session.person


def demand(*permissions: str) -> Person:
    """The person, if one of the permissions is theirs; PestleError `not_permitted` otherwise."""
    person = current_person()
    if set(permissions).isdisjoint(person.permissions):
        raise PestleError("not_permitted", {"permission": " ".join(permissions)})
    return person


def require(*permissions: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """For views: somebody is signed in who holds at least one of the permissions."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            demand(*permissions)
            return view(*args, **kwargs)

        checked.__dict__[_ASKS] = permissions
        return checked

    return decorate


def asks(view: Callable[..., Any]) -> tuple[str, ...]:
    """The permissions of which a view demands one; none where `require` does not stand before it."""
    return cast(tuple[str, ...], view.__dict__.get(_ASKS, ()))


def set_cookie(response: Response, token: str) -> None:
    response.set_cookie(_cookie(), token, httponly=True, samesite="Strict", path="/", secure=request.is_secure)


def set_known(response: Response, known: str) -> None:
    name, age = _cookie(BROWSER_COOKIE), rules.BROWSER_KNOWN
    response.set_cookie(name, known, age, httponly=True, samesite="Strict", path="/", secure=request.is_secure)


def drop_cookie(response: Response) -> None:
    response.delete_cookie(_cookie(), path="/", httponly=True, samesite="Strict", secure=request.is_secure)
