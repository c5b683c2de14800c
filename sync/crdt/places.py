"""Where people write together below `drafts`: a text or a counter for each slot, made by a change that anybody derives.

Two tablets without a network that each made `drafts[slot]` would hide one another's: of two values under one key only
one is shown. So a place is made by one change that is the same bytes wherever it is made, as the first change of a
document is, under an actor of its own that writes nothing else.
"""

import hashlib

from sync.crdt import codec
from sync.crdt.change import Change
from sync.crdt.limits import refused
from sync.crdt.ops import Op, OpId
from sync.crdt.scalar import NULL, Scalar
from sync.crdt.state import DRAFTS, DocumentState

_DOMAIN = b"pestle/place/v1\n"
_ACTOR_DIGITS = 40
_ZERO = Scalar("counter", 0)
# What a key below `drafts` begins with, and how what stands under it is made.
_MADE = {"text:": ("makeText", NULL), "count:": ("set", _ZERO)}


def is_place(actor: str) -> bool:
    """Whether this is the actor of a place: 20 bytes, where those of pages and of the server have 16."""
    return len(actor) == _ACTOR_DIGITS


def is_kept(key: str) -> bool:
    """Whether nothing but the change of a place may write under this key of `drafts`."""
    return key.startswith(tuple(_MADE))


def place_actor(state: DocumentState, key: str) -> str:
    named = _DOMAIN + f"{state.server_actor}\n{key}".encode()
    return hashlib.sha256(named).hexdigest()[:_ACTOR_DIGITS]


def place(state: DocumentState, key: str) -> bytes:
    """The change that makes the place `drafts[key]`; the same bytes for ever for one document and key."""
    action, value = next(made for prefix, made in _MADE.items() if key.startswith(prefix))
    first = next(iter(state.changes))
    actor, start = place_actor(state, key), state.changes[first].max_op + 1
    op = Op(OpId(start, actor), state.maps[DRAFTS], key, action, value=value)
    return codec.encode_change(actor, 1, start, [op], [first])


def judge(state: DocumentState, change: Change) -> None:
    """SyncError `change_refused` unless the change is exactly that of a place."""
    key = change.ops[0].key if len(change.ops) == 1 else None
    if not isinstance(key, str) or not is_kept(key) or codec.parse(place(state, key)).hash != change.hash:
        raise refused("not the change that makes a place")
