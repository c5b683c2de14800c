"""What requests about alerts look like."""

import binascii
import re
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from marshmallow import Schema, ValidationError, validate
from marshmallow import fields as plain

from server.alerts import rules
from server.alerts.model import BY_CODE
from server.core import fields

_MAIL = r"[^@\s<>,;:\"\\]{1,64}@[A-Za-z0-9.-]{1,190}\Z"
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+={0,2}")


def _decoded(text: str) -> bytes:
    if not _BASE64URL.fullmatch(text):
        raise ValidationError("no base64url")
    try:
        return binascii.a2b_base64(
            text.translate(str.maketrans("-_", "+/")).rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
        )
    except binascii.Error:
        raise ValidationError("no base64url") from None


def _point(text: str) -> None:
    """A key that is no point of P-256 would only be found out when something is to be pushed."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decoded(text))
    except ValueError as error:
        raise ValidationError("no point of P-256") from error


def _secret(text: str) -> None:
    if len(_decoded(text)) != 16:
        raise ValidationError("not 16 bytes")


def _zone(text: str) -> None:
    if rules.zone_problem(text) is not None:
        raise ValidationError("no time zone")


class Keys(Schema):
    p256dh = plain.String(required=True, validate=[validate.Length(1, 200), _point])
    auth = plain.String(required=True, validate=[validate.Length(1, 60), _secret])


class Subscription(Schema):
    """As `PushSubscription.toJSON()` tells (Push API, section 8); `label`: what the person calls the browser."""

    endpoint = fields.text(1000)
    keys = fields.nested(Keys)
    label = fields.text(60)


class _Quiet(Schema):
    start = plain.String(required=True, data_key="from", validate=validate.Regexp(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z"))
    end = plain.String(required=True, data_key="to", validate=validate.Regexp(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z"))


class _Choice(Schema):
    code = fields.choice(*BY_CODE)
    push = fields.truth()
    mail = fields.truth()


class Choices(Schema):
    """All of them, as they stand from now on."""

    mail = plain.String(required=True, allow_none=True, validate=validate.Regexp(_MAIL))
    quiet = fields.nested(_Quiet, none=True)
    zone = plain.String(required=True, validate=_zone)
    kinds = fields.many(_Choice, 0, 100)


class Acknowledgement(Schema):
    comment = fields.text(2000, none=True)


Body = Mapping[str, Any]
