"""The kinds of production: the batch order, everything recorded of a batch, and what the server finds in it."""

from collections.abc import Mapping

from marshmallow import Schema
from sqlalchemy import Connection

from server.core.kinds import Decide, Entry, Kind, Project, Room
from server.engines.flows import kinds as flows
from server.production import allocating, containers, model, ordering, orders, projection, queries, shapes, values
from server.production.course import projection as pacing
from server.production.course import shapes as course
from server.production.course.alarming import judge_alarm
from server.production.descent import entries as descent
from server.production.dispensing import judging as portions
from server.production.dispensing import projection as dispensed
from server.production.dispensing.shapes import MaterialDispensed, RestWeighed
from server.production.judging import (
    judge_import,
    judge_observation,
    judge_report,
    judge_verification,
)
from server.production.numbers import entries as numbers
from server.production.packaging.shapes import MaterialBalanced, SpecimenKept
from server.production.paper import projection as papers
from server.production.paper.shapes import PaperBegun, PaperEnded
from server.production.surroundings.judging import judge_reading
from server.production.yields import projection as explained
from server.production.yields.judging import judge_resolution
from server.production.yields.shapes import YieldExplained, YieldRecorded


def _observed(name: str, schema: type[Schema]) -> Kind:
    return Kind(name, schema, "observation", judge_observation, projection.observe)


def _value(connection: Connection, entry: Entry) -> None:
    projection.observe(connection, entry)
    values.keep(connection, entry)


def _explain(connection: Connection, entry: Entry) -> None:
    projection.observe(connection, entry)
    explained.keep(connection, entry)


def _weigh(connection: Connection, entry: Entry) -> None:
    _value(connection, entry)
    containers.consume(connection, entry)


def _dispense(connection: Connection, entry: Entry) -> None:
    _weigh(connection, entry)
    dispensed.keep(connection, entry, portions.asked(connection, entry))


def _rest(connection: Connection, entry: Entry) -> None:
    projection.observe(connection, entry)
    dispensed.keep_rest(connection, entry)


def _begin_paper(connection: Connection, entry: Entry) -> None:
    projection.observe(connection, entry)
    papers.begin(connection, entry)


def _end_paper(connection: Connection, entry: Entry) -> None:
    projection.observe(connection, entry)
    papers.end(connection, entry)


def _release(connection: Connection, entry: Entry) -> None:
    projection.order(connection, entry)
    orders.release(connection, entry)


def _rooms_of_order(connection: Connection, entry: Entry) -> list[str]:
    return queries.rooms_of(entry.payload["phases"])


_ORDERS = ("server", model.ORDERS)
KINDS = (
    *numbers.KINDS,
    *descent.KINDS,
    Kind(
        model.ORDER_PLANNED,
        shapes.OrderPlanned,
        "decision",
        ordering.decide_plan,
        orders.plan,
        by=(model.ORDERS,),
        places=ordering.rooms_planned,
    ),
    Kind(
        model.ORDER_WITHDREW,
        shapes.OrderWithdrawn,
        "decision",
        ordering.decide_withdrawal,
        orders.withdraw,
        by=_ORDERS,
    ),
    *(
        Kind(name, schema, "decision", ordering.decide_release, _release, by=_ORDERS, places=_rooms_of_order)
        for name, schema in ((model.ORDER, shapes.OrderReleased), (model.MASTER_ORDER, shapes.MasterOrderReleased))
    ),
    Kind(
        model.ALLOCATED,
        shapes.ContainersAllocated,
        "decision",
        allocating.decide_allocation,
        containers.allocate,
        by=("server",),
    ),
    Kind(
        model.DEALLOCATED,
        shapes.AllocationReleased,
        "decision",
        allocating.decide_release,
        containers.release,
        by=_ORDERS,
    ),
    Kind(model.QUIET_SET, course.QuietSet, "decision", project=pacing.set_quiet, by=_ORDERS),
    _observed(model.STARTED, shapes.PhaseMarked),
    _observed(model.CLEARED, shapes.LineCleared),
    Kind(model.WEIGHED, shapes.MaterialWeighed, "observation", judge_observation, _weigh),
    Kind(model.DISPENSED, MaterialDispensed, "observation", judge_observation, _dispense),
    Kind(model.RESTED, RestWeighed, "observation", judge_observation, _rest),
    Kind(model.PARAMETER, shapes.ParameterRecorded, "observation", judge_observation, _value),
    Kind(model.BOUND, shapes.BoundRecorded, "observation", judge_observation, _value),
    Kind(model.CHECKED, shapes.CheckRecorded, "observation", judge_observation, _value),
    Kind(model.YIELDED, YieldRecorded, "observation", judge_observation, _value),
    Kind(model.EXPLAINED, YieldExplained, "observation", judge_observation, _explain),
    Kind(model.BALANCED, MaterialBalanced, "observation", judge_observation, _value),
    _observed(model.SPECIMEN, SpecimenKept),
    _observed(model.COMPLETED, shapes.PhaseMarked),
    _observed(model.HELD, course.PhaseStopped),
    _observed(model.RESUMED, course.PhaseResumed),
    _observed(model.ABORTED, course.PhaseStopped),
    _observed(model.SKIPPED, course.PhaseStopped),
    _observed(model.IDENTIFIED, course.EquipmentIdentified),
    _observed(model.EQUIPMENT_CLEANED, course.EquipmentCleaned),
    _observed(model.CLEANING_CHECKED, course.CleaningChecked),
    _observed(model.ALARM_RAISED, course.AlarmRaised),
    Kind(model.PAPER_BEGUN, PaperBegun, "observation", judge_observation, _begin_paper),
    Kind(model.PAPER_ENDED, PaperEnded, "observation", judge_observation, _end_paper),
    _observed(model.REMARK, shapes.RemarkAdded),
    _observed(model.REQUESTED, shapes.SampleRequested),
    _observed(model.PHOTO, shapes.PhotoAttached),
    Kind(model.VERIFIED, shapes.EntryVerified, "observation", judge_verification, projection.verify),
    Kind(model.EXCEPTION, shapes.ExceptionRaised, "observation", judge_report, projection.report),
    Kind(model.REPORTED, shapes.ExceptionReported, "observation", judge_observation, projection.report_graded),
    Kind(model.WITHDRAWN, shapes.ExceptionWithdrawn, "observation", project=projection.withdraw, by_server=True),
    Kind(model.CONFLICT, shapes.ConflictFound, "observation", project=projection.raise_item, by_server=True),
    Kind(
        "production.batch_imported.v1",
        shapes.BatchImported,
        "observation",
        judge_import,
        projection.import_history,
        by_server=True,
    ),
)
# What QA decides in the room above moves the items and the status of a batch here.
LISTENERS: Mapping[str, Project] = {
    "release.conflict_resolved.v1": projection.resolve,
    "release.blank_issued.v1": papers.issue,
    "release.blank_accounted.v1": papers.account,
    "release.exception_assessed.v1": projection.assess,
    "release.batch_released.v1": projection.release,
    "release.batch_released.v2": projection.release,
    "release.batch_released.v3": projection.release,
    "release.batch_rejected.v1": projection.reject,
    "release.batch_rejected.v2": projection.reject,
    "release.batch_rejected.v3": projection.reject,
    "quality.deviation_opened.v1": projection.open_deviation,
    "quality.deviation_closed.v1": projection.close_deviation,
    "quality.deviation_closed.v2": projection.close_deviation,
}
JUDGES: Mapping[str, Decide] = {
    flows.ENDED: ordering.ended,
    "release.conflict_resolved.v1": judge_resolution,
    "equipment.alarm_raised.v1": judge_alarm,
    "environment.point_read.v1": judge_reading,
}
ROOM = Room("production", KINDS, LISTENERS, JUDGES)
