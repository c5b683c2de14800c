"""The shapes of splits, merges and rework, and of the batch that comes of them."""

from marshmallow import Schema, validate
from marshmallow import fields as plain

from server.core import fields
from server.identity import signing
from server.production.descent import model
from server.production.shapes import LotLine
from server.recipes import master
from server.recipes import shapes as recipes


class Part(Schema):
    batch = fields.code()
    quantity = fields.nested(fields.QuantityShape)


class BatchSplit(Schema):
    """The whole of `batch` becomes these batches."""

    batch = fields.code()
    parts = fields.many(Part, 2, model.MOST_PARTS)
    reason = fields.text(2000)


class BatchesMerged(Schema):
    """`batch` comes of the whole of its parents, of which it is `quantity`."""

    batch = fields.code()
    parents = fields.words(2, model.MOST_PARTS)
    quantity = fields.nested(fields.QuantityShape)
    reason = fields.text(2000)


class _Rework(Schema):
    """`stage`: the phase of the batch from which it goes back; `risk`: what quality has assessed (CN GMP 2010, 134);
    `lots`: of what the rework needs besides."""

    way = fields.choice(model.SAME, model.OTHER)
    stage = fields.code()
    reason = fields.text(2000)
    risk = fields.text(4000)
    recipe = fields.code()
    version = fields.whole(1, 10_000)
    lots = fields.many(LotLine)


class ReworkOrdered(_Rework, signing.Signed):
    """The whole of `batch` goes into the batch `into`, made by an approved recipe of rework."""

    batch = fields.code()
    into = fields.code()
    recipe_hash = fields.sha256()
    meaning = signing.meaning(model.MEANING["code"])


class BatchFormed(Schema):
    """A batch that comes of others, with what it has left to do, as an order of the third form says it. `begun`: its
    parents had ended some of their phases."""

    batch = fields.code()
    how = fields.choice(*model.HOW.values())
    parents = fields.words(1, model.MOST_PARTS)
    begun = fields.truth()
    product = fields.nested(recipes.Product)
    recipe = fields.code()
    version = fields.whole(1, 10_000)
    recipe_hash = fields.sha256()
    size = fields.nested(fields.QuantityShape)
    lots = fields.many(LotLine, most=5_000)
    procedure = master.procedure(0)
    phases = master.phases(0)
    materials = fields.many(master.Material)


# Bodies of requests.


class SplitBody(Schema):
    """`parts`: what becomes of the batch, in its unit; the rule numbers them."""

    parts = plain.List(
        fields.nested(fields.QuantityShape), required=True, validate=validate.Length(2, model.MOST_PARTS)
    )
    reason = fields.text(2000)


class MergeBody(Schema):
    """`others`: what is merged with the batch."""

    others = fields.words(1, model.MOST_PARTS - 1)
    reason = fields.text(2000)


class ReworkBody(_Rework, signing.SignatureFields):
    """What quality signs; `into`: the number that was shown, which the rule gives next."""

    into = fields.code()
