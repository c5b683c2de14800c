"""The kinds of filled forms."""

from server.core.kinds import Kind
from server.engines.forms.records import judging, model, projection, shapes

_OPENS, _SETTLES = ("server", judging.FILLS), (judging.REVIEWS,)
KINDS = (
    Kind(
        model.OPENED,
        shapes.RecordOpened,
        "decision",
        judging.decide_opening,
        projection.open_record,
        by=_OPENS,
    ),
    Kind(model.VALUES, shapes.ValuesRecorded, "observation", judging.judge_values, projection.record_values),
    Kind(model.SIGNED, shapes.RecordSigned, "observation", judging.judge_signature, projection.sign),
    Kind(model.STRUCK, shapes.RowStruck, "observation", judging.judge_strike, projection.strike),
    Kind(model.COMPLETED, shapes.RecordCompleted, "observation", judging.judge_completion, projection.complete),
    Kind(model.EXCEPTION, shapes.ExceptionRaised, "observation", project=projection.raise_item, by_server=True),
    Kind(model.CONFLICT, shapes.ConflictFound, "observation", project=projection.raise_item, by_server=True),
    Kind(
        model.SETTLED,
        shapes.ItemSettled,
        "decision",
        judging.decide_settling,
        projection.settle,
        by=_SETTLES,
    ),
)
