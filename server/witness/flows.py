"""Whether whoever signed in a flow was shown all that had happened in it, from the log alone (ENG-02)."""

from server.engines.flows.kinds import ENDED, TASK_SIGNED, instance_stream
from server.witness.seen import Seen
from sync.errors import SyncError


class FlowRules:
    """The newest entry of each instance that runs."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def judge(self, seen: Seen) -> None:
        """SyncError `flow_changed_since`, as the door refuses with it."""
        if seen.body is None or not seen.by_server or seen.head.kind != TASK_SIGNED:
            return
        last = self._last.get(seen.head.stream)
        if seen.body["seen"] != last:
            why = f"{seen.head.actor} was shown {seen.head.stream} up to {seen.body['seen']}, and the newest was {last}"
            raise SyncError("flow_changed_since", why)

    def learn(self, seen: Seen) -> None:
        stream = seen.head.stream
        if not seen.by_server or not stream.startswith(instance_stream("")):
            return
        if seen.head.kind == ENDED:
            self._last.pop(stream, None)
        else:
            self._last[stream] = seen.stamp.index
