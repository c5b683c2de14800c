"""From where on in the log the rules of today are asked: what an earlier version took in, it took in by its own rules.

A version says by which edition of the rules it judges (`site.upgraded.v2`); one that says `v1` had none of an edition.
"""

from server.site.model import UPGRADED, UPGRADED_V1
from server.witness.seen import Seen


class SinceRules:
    """After the entries learnt so far."""

    def __init__(self) -> None:
        self._stated = False
        # A log that no earlier version has written in is one of today's from its first entry: what is done in it before
        # the server first serves, commands do.
        self._asked = True

    @property
    def asked(self) -> bool:
        """Whether what comes next is judged by all rules, rather than by those that are older than editions alone."""
        return self._asked

    def learn(self, seen: Seen) -> None:
        """Once a version has named an edition, none goes back behind it: a server that says so would lie."""
        if not seen.by_server:
            return
        if seen.head.kind == UPGRADED:
            self._stated = self._asked = True
        elif seen.head.kind == UPGRADED_V1 and not self._stated:
            self._asked = False
