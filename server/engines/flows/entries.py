"""The kinds of flows: versions and who approves them, what runs, and what people, time and messages do to it."""

from collections.abc import Mapping

from server.core.kinds import Decide, Kind, Room, project_nothing
from server.engines.flows import approving, commenting, deciding, kinds, projection, shapes
from server.engines.forms import model as forms
from server.engines.forms.records import model as records

_DESIGNS, _APPROVES = (kinds.DESIGNS,), (kinds.APPROVES,)
_WORKS, _MANAGES, _CANCELS = (kinds.WORKS,), (kinds.MANAGES,), ("server", kinds.MANAGES)
_STARTS, _SWITCHES = ("server", kinds.WORKS), ("server", kinds.APPROVES)
KINDS = (
    Kind(
        kinds.DELIVERED,
        shapes.VersionDelivered,
        "decision",
        deciding.decide_delivery,
        projection.deliver,
        by=("server",),
    ),
    Kind(
        kinds.SUBMITTED, shapes.VersionSubmitted, "decision", deciding.decide_submission, projection.submit, by=_DESIGNS
    ),
    Kind(
        kinds.APPROVED_V1, shapes.VersionDecidedV1, "decision", deciding.decide_no_more, projection.decide, by=_APPROVES
    ),
    Kind(
        kinds.REJECTED_V1, shapes.VersionDecidedV1, "decision", deciding.decide_no_more, projection.decide, by=_APPROVES
    ),
    Kind(kinds.APPROVED, shapes.VersionDecided, "decision", deciding.decide_version, projection.decide, by=_APPROVES),
    Kind(kinds.REJECTED, shapes.VersionDecided, "decision", deciding.decide_version, projection.decide, by=("server",)),
    Kind(kinds.ENABLED, shapes.FlowSwitched, "decision", deciding.decide_switch, projection.enable, by=_SWITCHES),
    Kind(kinds.DISABLED, shapes.FlowSwitched, "decision", deciding.decide_switch, projection.disable, by=_SWITCHES),
    Kind(kinds.STARTED, shapes.InstanceStarted, "decision", deciding.decide_start, projection.start, by=_STARTS),
    Kind(kinds.MOVED, shapes.InstanceMoved, "decision", deciding.decide_move, projection.move, by=_MANAGES),
    Kind(
        kinds.CANCELLED, shapes.InstanceCancelled, "decision", deciding.decide_cancel, projection.advance, by=_CANCELS
    ),
    Kind(kinds.HALTED, shapes.InstanceHalted, "observation", project=projection.halt, by_server=True),
    Kind(kinds.ENDED, shapes.InstanceEnded, "observation", project=project_nothing, by_server=True),
    Kind(kinds.COMPLETED, shapes.TaskCompleted, "decision", deciding.decide_completion, projection.advance, by=_WORKS),
    Kind(kinds.TASK_SIGNED_V1, shapes.TaskSignedV1, "decision", deciding.decide_no_more, projection.sign, by=_WORKS),
    Kind(kinds.TASK_SIGNED, shapes.TaskSigned, "decision", deciding.decide_completion, projection.sign, by=_WORKS),
    Kind(kinds.NOTED, shapes.Noted, "observation", project=projection.noted, by_server=True),
    Kind(kinds.CLAIMED, shapes.TaskClaimed, "decision", deciding.decide_claim, projection.claim, by=_WORKS),
    Kind(kinds.DELEGATED, shapes.TaskDelegated, "decision", deciding.decide_delegation, projection.delegate, by=_WORKS),
    Kind(
        kinds.REASSIGNED,
        shapes.TaskReassigned,
        "decision",
        deciding.decide_reassignment,
        projection.reassign,
        by=_MANAGES,
    ),
    Kind(kinds.COMMENTED, shapes.TaskCommented, "decision", deciding.decide_comment, projection.comment, by=_WORKS),
    Kind(kinds.COMMENTED_V2, shapes.TaskCommentedV2, "decision", commenting.decide, projection.comment_v2, by=_WORKS),
    Kind(kinds.FIRED, shapes.TimerFired, "observation", deciding.judge_event, projection.advance, by_server=True),
    Kind(
        kinds.MESSAGE, shapes.MessageReceived, "observation", deciding.judge_event, projection.advance, by_server=True
    ),
)
JUDGES: Mapping[str, Decide] = {
    forms.VERSION_SUBMITTED: approving.submitted,
    kinds.SUBMITTED: approving.submitted,
    forms.VERSION_WITHDRAWN: approving.withdrawn,
    kinds.ENDED: approving.ended,
    records.OPENED: deciding.judge_record,
    **dict.fromkeys((forms.VERSION_APPROVED, kinds.APPROVED), approving.stands),
}
ROOM = Room("flows", KINDS, judges=JUDGES)
