"""What clients may do below `drafts`: anything that the library itself could have written, within caps.

The checks look pedantic. Each keeps out an operation that the core accepts and that breaks a client later: when it
saves, loads or shows the document.
"""

from sync.crdt import places
from sync.crdt.limits import MAX_DEPTH, MAX_DRAFT_VALUES, MAX_KEY, MAX_VALUE, refused
from sync.crdt.ops import HEAD, Op, OpId
from sync.crdt.state import DRAFTS, Container, Pending, Slot

_MAKES = frozenset(("makeMap", "makeList", "makeText"))
_WRITES = _MAKES | {"set"}
_CHANGES = frozenset(("del", "inc"))


def judge(pending: Pending, op: Op, target: OpId, container: Container) -> None:
    """Note the effects of an operation on the object `target`; SyncError `change_refused` if it may not be."""
    if op.action not in _WRITES | _CHANGES:
        raise refused(f"{op.action} is not used in drafts")
    if op.value.size > MAX_VALUE:
        raise refused(f"a draft's value of {op.value.size} bytes")
    slot = _slot(pending, op, target, container)
    if any(pending.slot(pred) != slot for pred in op.pred):
        raise refused("a predecessor is not in this place")
    if op.action in _CHANGES:
        if op.insert or not op.pred:
            raise refused(f"{op.action} of nothing")
        return
    _note(pending, op, slot, container.depth + 1)


def _slot(pending: Pending, op: Op, target: OpId, container: Container) -> Slot:
    """Where the operation writes: an insertion makes a place of its own."""
    if isinstance(op.key, str):
        if not container.is_map or op.insert or not 0 < len(op.key) <= MAX_KEY:
            raise refused("a key that this object cannot have")
        if container.depth == 0 and places.is_kept(op.key) and op.action != "inc" and not places.is_place(op.id.actor):
            raise refused("a place is made by its own change, and stays")
        return target, op.key
    if container.is_map or (op.key == HEAD and not op.insert):
        raise refused("an element that this object cannot have")
    if op.key != HEAD and pending.slot(op.key) != (target, op.key):
        raise refused("an unknown element")
    if op.insert and op.pred:
        raise refused("an insertion with predecessors")
    return target, op.id if op.insert else op.key


def _note(pending: Pending, op: Op, slot: Slot, depth: int) -> None:
    if pending.size >= MAX_DRAFT_VALUES:
        raise refused("the drafts of this document are full")
    pending.effects.values[op.id] = slot
    if op.action in _MAKES:
        if depth > MAX_DEPTH:
            raise refused("drafts are nested too deep")
        pending.effects.containers[op.id] = Container(DRAFTS, op.action, depth)
