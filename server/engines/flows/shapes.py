"""The shapes of what flows record, and of requests about them."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, validate, validates_schema
from marshmallow import fields as plain

from server.core import blobs, fields
from server.engines.flows.kinds import MEANINGS
from server.engines.flows.packing import LONGEST
from server.identity import signing
from server.identity.signing import SignatureFields, Signed

_TASK = validate.Regexp(r"[1-9][0-9]{0,8}\Z")


def _task() -> plain.String:
    return plain.String(required=True, validate=_TASK)


def _version() -> fields.Whole:
    return fields.whole(1, 10_000)


def _file_name() -> plain.String:
    return plain.String(required=True, validate=validate.Regexp(r"[^/\x00-\x1f\x7f]{1,120}\Z"))


class Given(Schema):
    """A value of a variable as texts: one unless it is a list, none where it is missing; yes or no is true or false."""

    variable = fields.code()
    value = plain.List(plain.String(validate=validate.Length(0, 4000)), required=True, validate=validate.Length(0, 100))


class Pin(Schema):
    """Which bytes a flow runs by."""

    flow = fields.code()
    sha256 = fields.sha256()


class VersionDelivered(Schema):
    """What came with the product: in force until the plant approves a version of its own."""

    flow = fields.code()
    version = _version()
    sha256 = fields.sha256()
    title = fields.nested(fields.TextPair)
    definition = fields.text(LONGEST)


class VersionSubmitted(Signed):
    """`definition` is the drawing, packed; `sha256` that of its bytes; `reason`: what changes, and why."""

    flow = fields.code()
    version = _version()
    sha256 = fields.sha256()
    title = fields.nested(fields.TextPair)
    definition = fields.text(LONGEST)
    meaning = signing.meaning(*MEANINGS)
    reason = fields.text(2000)


class VersionDecided(Schema):
    """What the flow `instance` came to; of an approval by who signed it there. `reason`: the last that was said."""

    flow = fields.code()
    version = _version()
    sha256 = fields.sha256()
    reason = fields.text(4000, none=True)
    instance = fields.code()


class VersionDecidedV1(Signed):
    """Before a flow decided."""

    flow = fields.code()
    version = _version()
    sha256 = fields.sha256()
    meaning = signing.meaning(*MEANINGS)
    reason = fields.text(2000)


class FlowSwitched(Schema):
    """Whether the rooms of this product start a flow by themselves, and wait for its end."""

    flow = fields.code()
    reason = fields.text(2000)


class InstanceStarted(Schema):
    """`pins`: the bytes that it runs by for as long as nobody moves it, those of called flows included."""

    instance = fields.code()
    flow = fields.code()
    version = _version()
    pins = fields.many(Pin, 1)
    subject = fields.text()
    values = fields.many(Given)


class InstanceMoved(Schema):
    instance = fields.code()
    version = _version()
    pins = fields.many(Pin, 1)
    reason = fields.text(2000)


class InstanceCancelled(Schema):
    instance = fields.code()
    reason = fields.text(2000)


class InstanceEnded(Schema):
    """For the rooms that wait for it: what came out for what it was about."""

    instance = fields.code()
    flow = fields.code()
    version = _version()
    subject = fields.text()
    result = fields.text(200, none=True)


class InstanceHalted(Schema):
    """`code`: with which what follows from time or a message was refused."""

    instance = fields.code()
    code = fields.code()


class TaskCompleted(Schema):
    instance = fields.code()
    task = _task()
    outcome = fields.code(none=True)
    values = fields.many(Given)
    comment = fields.text(4000, none=True)


class TaskSignedV1(Signed):
    """Before signers said how much they had seen."""

    instance = fields.code()
    task = _task()
    outcome = fields.code(none=True)
    values = fields.many(Given)
    comment = fields.text(4000, none=True)
    meaning = signing.meaning(*MEANINGS)


class TaskSigned(TaskSignedV1):
    """`seen`: the place in the log of the newest entry of the instance that the signer was shown."""

    seen = fields.whole(0)


class Noted(Schema):
    """What a room of this product adds to the history of an instance; `entry` is the one that it is about."""

    instance = fields.code()
    text = fields.nested(fields.TextPair)
    entry = fields.code(none=True)


class TaskClaimed(Schema):
    """`given_back`: whoever had it has it no longer."""

    instance = fields.code()
    task = _task()
    given_back = fields.truth()


class TaskDelegated(Schema):
    instance = fields.code()
    task = _task()
    to = fields.code()
    reason = fields.text(2000)


class TaskReassigned(Schema):
    """`to`: null where it goes back to all who have its roles."""

    instance = fields.code()
    task = _task()
    to = fields.code(none=True)
    reason = fields.text(2000)


class TaskCommented(Schema):
    instance = fields.code()
    task = _task()
    text = fields.text(4000)


class Attachment(Schema):
    """A file that lies beside the log under the SHA-256 of its bytes; `name`: what it was called."""

    sha256 = fields.sha256()
    name = _file_name()
    size = fields.whole(1, blobs.MAX_BYTES)
    type = fields.choice(*sorted(blobs.FILES))


class TaskCommentedV2(Schema):
    """`task`: null where it is about the whole instance, which may have ended; text, files or both."""

    instance = fields.code()
    task = plain.String(required=True, allow_none=True, validate=_TASK)
    text = fields.text(4000, none=True)
    attachments = fields.many(Attachment, 0, 10)

    @validates_schema
    def _says_something(self, data: Mapping[str, Any], **_: object) -> None:
        _check_comment(data)


def _check_comment(data: Mapping[str, Any]) -> None:
    files = [one["sha256"] for one in data["attachments"]]
    if data["text"] is None and not files:
        raise ValidationError("says nothing")
    if len({*files}) != len(files):
        raise ValidationError("the same file twice")


class TimerFired(Schema):
    instance = fields.code()
    timer = _task()
    due = fields.time()


class MessageReceived(Schema):
    """`sender` is the instance that threw it."""

    instance = fields.code()
    wait = _task()
    name = fields.text()
    key = fields.text(4000, none=True)
    sender = fields.code()


# Bodies of requests.


class Drawing(Schema):
    xml = plain.String(required=True, validate=validate.Length(1, 2_000_000))


class DraftBody(Drawing):
    """`revision` is the one that was opened; null for the first."""

    revision = fields.whole(1, none=True)


class WalkStep(Schema):
    """Either `complete` with its outcome and values, or `fire` a timer."""

    complete = plain.String(load_default=None, allow_none=True, validate=_TASK)
    outcome = plain.String(load_default=None, allow_none=True, validate=validate.Length(1, 100))
    values = plain.List(plain.Nested(Given), load_default=list)
    fire = plain.String(load_default=None, allow_none=True, validate=_TASK)


class WalkBody(Drawing):
    events = plain.List(plain.Nested(WalkStep), required=True, validate=validate.Length(0, 200))


class SubmitBody(SignatureFields):
    revision = fields.whole(1)
    version = _version()
    sha256 = fields.sha256()
    meaning = fields.choice("prepared")
    reason = fields.text(2000)


class SwitchBody(Schema):
    enabled = fields.truth()
    reason = fields.text(2000)


class StartBody(Schema):
    subject = fields.text()
    values = fields.many(Given)


class CompleteBody(SignatureFields):
    """The signature is asked for where the flow wants one; `meaning` then says which, and `seen` how much of the
    history was shown."""

    outcome = fields.code(none=True)
    values = fields.many(Given)
    comment = fields.text(4000, none=True)
    meaning = plain.String(load_default=None, allow_none=True, validate=validate.OneOf([*MEANINGS]))
    seen = fields.Whole(load_default=None, allow_none=True, validate=validate.Range(0))


class ClaimBody(Schema):
    given_back = fields.truth()


class DelegateBody(Schema):
    to = fields.code()
    reason = fields.text(2000)


class ReassignBody(Schema):
    to = fields.code(none=True)
    reason = fields.text(2000)


class AttachmentBody(Schema):
    """A file that has been kept before; size and type are what its bytes say."""

    sha256 = fields.sha256()
    name = _file_name()


class CommentBody(Schema):
    text = fields.text(4000, none=True)
    attachments = fields.many(AttachmentBody, 0, 10)

    @validates_schema
    def _says_something(self, data: Mapping[str, Any], **_: object) -> None:
        _check_comment(data)


class MoveBody(Schema):
    version = _version()
    reason = fields.text(2000)


class ReasonBody(Schema):
    reason = fields.text(2000)
