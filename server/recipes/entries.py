"""The kinds of recipes: a version is submitted by who designed it, and a flow approves it or gives it back."""

from collections.abc import Mapping

from marshmallow import Schema

from server.core import fields
from server.core.kinds import Decide, Kind, Room
from server.engines.flows import kinds as flows
from server.identity import signing
from server.recipes import approving, master, model, projection, shapes


class _Signature(Schema):
    person = fields.code()
    meaning = fields.text()
    at = fields.time()


class RecipeApprovedV1(shapes.Content):
    """A version with who signed it, as an import says it."""

    signatures = fields.many(_Signature, 1, 20)


class MasterApproved(master.Content):
    """The same of the third form."""

    signatures = fields.many(_Signature, 1, 20)


class _Submitted(signing.Signed):
    """Signed by who prepared it; `sha256`: of its content, `reason`: what has changed, and why."""

    sha256 = fields.sha256()
    reason = fields.text(2000, none=True)
    meaning = signing.meaning(model.MEANING["code"])


class VersionSubmitted(shapes.Content, _Submitted):
    """A version of a flat list of phases, one after the other."""


class MasterSubmittedV2(master.Content, _Submitted):
    """A version of the third form, before one said from when it is effective."""


class MasterSubmitted(master.Content, _Submitted):
    """A version of the third form. `effective_from`: by the plant's calendar; approved later, it is effective from the
    day of its approval."""

    effective_from = fields.day()


class VersionReturned(Schema):
    """What the flow `instance` came to; `reason`: the last that was said in it."""

    recipe = fields.code()
    version = fields.whole(1, 10_000)
    sha256 = fields.sha256()
    reason = fields.text(4000, none=True)
    instance = fields.code()


class RecipeApproved(VersionReturned):
    """Stated of who signed the approval in the flow; `signatures`: who prepared, reviewed and approved it."""

    signatures = fields.many(_Signature, 2, 50)


_DESIGNS, _APPROVES = (model.DESIGNS,), (model.APPROVES,)
KINDS = (
    *(
        Kind(name, shape, "decision", approving.decide_submission, projection.submit, by=_DESIGNS)
        for name, shape in (
            (model.VERSION_SUBMITTED, VersionSubmitted),
            (model.MASTER_SUBMITTED_V2, MasterSubmittedV2),
            (model.MASTER_SUBMITTED, MasterSubmitted),
        )
    ),
    # What comes by import or with the demonstration; people approve by a flow since there are flows.
    Kind(
        model.APPROVED_V1,
        RecipeApprovedV1,
        "decision",
        approving.decide_import,
        projection.approve_v1,
        by=("server", model.APPROVES),
    ),
    Kind(
        model.MASTER_APPROVED,
        MasterApproved,
        "decision",
        approving.decide_import,
        projection.approve_v1,
        by=("server",),
    ),
    Kind(model.APPROVED, RecipeApproved, "decision", approving.decide_approval, projection.approve, by=_APPROVES),
    Kind(
        model.VERSION_RETURNED,
        VersionReturned,
        "decision",
        approving.decide_return,
        projection.give_back,
        by=("server",),
    ),
)
JUDGES: Mapping[str, Decide] = {flows.ENDED: approving.ended}
ROOM = Room("recipes", KINDS, judges=JUDGES)
