"""From where on in the log the rules of today are asked: what an earlier version took in, it took in by its own rules.

A version says by which edition of the rules it judges (`site.upgraded.v2`); one that says `v1` had none of an edition.
Before any has said so, a log is taken for one of the first edition: a later rule would accuse whoever wrote by that.
"""

from server.site.model import UPGRADED, UPGRADED_V1
from server.witness.seen import Seen


class SinceRules:
    """After the entries learnt so far."""

    def __init__(self) -> None:
        self._stated = False
        # A log that no version without an edition has written in is judged by the first one from its first entry: what
        # is done in it before the server first serves, commands do.
        self._edition = 1

    @property
    def asked(self) -> bool:
        """Whether what comes next is judged by the rules of the first edition, rather than by older ones alone."""
        return self._edition > 0

    def has_reached(self, edition: int) -> bool:
        """Whether what comes next is judged by the rules that came with this edition as well."""
        return self._edition >= edition

    def learn(self, seen: Seen) -> None:
        """Once a version has named an edition, none goes back behind it: a server that says so would lie."""
        if not seen.by_server:
            return
        if seen.head.kind == UPGRADED:
            self._stated = True
            # Of an entry that was erased only that some edition was named is known.
            named = 1 if seen.body is None else int(seen.body["now"]["rules"])
            self._edition = max(self._edition, named)
        elif seen.head.kind == UPGRADED_V1 and not self._stated:
            self._edition = 0
