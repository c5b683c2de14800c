"""Whether versions of recipes came one after the other, approved by another than who prepared them, and whether orders
are of approved ones, as planned, and released by their flow where the plant wants that; from the log alone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from server.engines.flows import kinds
from server.production import control_recipe
from server.production import model as production
from server.recipes import model, rules
from server.witness.approvals import ApprovalRules
from server.witness.remembering import Remembering
from server.witness.seen import Seen
from sync.errors import SyncError

Body = Mapping[str, Any]
_PLANNED = (production.ORDER_PLANNED, production.ORDER_WITHDREW)


@dataclass(frozen=True, slots=True)
class _Version:
    """`content`: what orders by it must have frozen. `named`: the day that it names, None where it names none."""

    sha256: str
    state: str
    submitted_by: str
    content: Body
    named: str | None = None
    first_day: str | None = None


class RecipeRules(Remembering):
    """The versions of each recipe by their numbers; None is a recipe of which an entry was erased."""

    def __init__(self) -> None:
        super().__init__()
        self._recipes: dict[str, dict[int, _Version] | None] = {}
        # Since a version was submitted, nobody approves without a flow.
        self._by_flow = False

    def judge(self, seen: Seen) -> None:
        """SyncError with what the door refuses with: `recipe_waiting`, `recipe_version_wrong`, `recipe_unknown`,
        `order_differs`, …"""
        head, given = seen.head, seen.body
        if given is None or not seen.by_server or head.kind not in (*_OWN, *production.BY_RECIPE):
            return
        versions = self._recipes.get(model.recipe_stream(given["recipe"]), {})
        if versions is None:
            return
        code = self._refused(head.kind, given, head.actor, versions)
        if code is None and head.kind in production.BY_RECIPE:
            code = None if _effective(versions, given["version"], seen.day) else "recipe_not_effective"
        if code is not None:
            raise SyncError(code, f"{head.kind} of {given['recipe']} {given['version']} by {head.actor}")

    def in_force(self, recipe: str, version: int, sha256: str, day: str) -> tuple[bool, Body | None]:
        """The same of a version that is effective on a day as well."""
        known, content = self.approved(recipe, version, sha256)
        versions = self._recipes.get(model.recipe_stream(recipe)) or {}
        return known, content if content is not None and _effective(versions, version, day) else None

    def approved(self, recipe: str, version: int, sha256: str) -> tuple[bool, Body | None]:
        """Whether it can be told, and the content of a version that was approved as these bytes."""
        versions = self._recipes.get(model.recipe_stream(recipe), {})
        if versions is None:
            return False, None
        known = versions.get(version)
        right = known is not None and (known.state, known.sha256) == (model.IN_FORCE, sha256)
        return True, known.content if known is not None and right else None

    def product(self, recipe: str, version: int) -> str | None:
        """What a version makes; None where nobody knows."""
        known = (self._recipes.get(model.recipe_stream(recipe)) or {}).get(version)
        return None if known is None else known.content["product"]["code"]

    def _refused(self, kind: str, given: Body, actor: str, versions: Mapping[int, _Version]) -> str | None:
        known = versions.get(given["version"])
        if kind in production.BY_RECIPE:
            if known is None or (known.state, known.sha256) != (model.IN_FORCE, given["recipe_hash"]):
                return "recipe_unknown"
            return "order_differs" if control_recipe.differs(kind, given, known.content) else None
        if kind in model.IMPORTS:
            if known is not None:
                return "recipe_version_exists"
            people = not self._by_flow and kind == model.APPROVED_V1
            return None if people or actor == "server" else "kind_superseded"
        if kind in model.SUBMISSIONS:
            if any(one.state == model.SUBMITTED for one in versions.values()):
                return "recipe_waiting"
            digest = model.recipe_hash(model.content_of(given))
            follows = given["version"] == max(versions, default=0) + 1
            return None if follows and given["sha256"] == digest else "recipe_version_wrong"
        waits = known is not None and (known.state, known.sha256) == (model.SUBMITTED, given["sha256"])
        return None if waits and known is not None and known.submitted_by != actor else "flow_approval_missing"

    def _learn_own(self, seen: Seen, index: int) -> None:
        head, given = seen.head, seen.body
        if head.kind not in _OWN:
            return
        self._by_flow = self._by_flow or head.kind in model.SUBMISSIONS
        self._about[index] = head.stream
        versions = self._recipes.setdefault(head.stream, {})
        if given is None or versions is None:
            self._recipes[head.stream] = None
        elif head.kind in model.SUBMISSIONS:
            versions[given["version"]] = _Version(
                given["sha256"], model.SUBMITTED, head.actor, model.content_of(given), given.get("effective_from")
            )
        elif head.kind in model.IMPORTS:
            versions[given["version"]] = _Version(
                model.recipe_hash(given), model.IN_FORCE, head.actor, model.content_of(given)
            )
        elif given["version"] in versions:
            known, approved = versions[given["version"]], head.kind == model.APPROVED
            state = model.IN_FORCE if approved else model.RETURNED
            first = rules.first_day(known.named, seen.day) if approved else None
            versions[given["version"]] = replace(known, state=state, first_day=first)

    def _lose(self, stream: str) -> None:
        if self._phases.pop(stream, None) is None:
            self._recipes[stream] = None


def _effective(versions: Mapping[int, _Version], number: int, day: str) -> bool:
    """Whether orders may go by a version that day. While none of a recipe had a day, orders could be stated of any
    approved one: logs of before are not accused of what nobody asked of them."""
    approved = {each: one.first_day for each, one in versions.items() if one.state == model.IN_FORCE}
    return all(first is None for first in approved.values()) or rules.effective(approved, day) == number


_OWN = (*model.SUBMISSIONS, model.APPROVED, *model.IMPORTS, model.VERSION_RETURNED)


class OrderRules(Remembering):
    """What was planned and waits, by the stream of its order (None where its entry was erased), and whether the plant
    has put the flow of orders to use."""

    def __init__(self, approvals: ApprovalRules) -> None:
        super().__init__()
        self._approvals = approvals
        self._planned: dict[str, Body | None] = {}
        self._enabled = False

    def judge(self, seen: Seen) -> None:
        """SyncError `order_differs`, `order_in_flow`."""
        head, given = seen.head, seen.body
        if given is None or not seen.by_server or head.kind not in production.BY_RECIPE or self._blind:
            return
        stream = production.order_stream(given["batch"])
        planned = self._planned.get(stream)
        if planned is None and stream in self._planned:
            return
        if planned is not None and any(planned[name] != given[name] for name in _SAME):
            raise SyncError("order_differs", f"{head.stream} is not what was planned")
        decided = self._approvals.came_to(production.ORDER_FLOW, stream)
        if decided == "unknown":
            return
        if planned is not None and decided == ("released", head.actor):
            if planned[_BY] == head.actor:
                raise SyncError("flow_not_by_same", f"{head.stream} was planned and released by {head.actor}")
            return
        if self._enabled or decided == "running":
            raise SyncError("order_in_flow", f"{head.stream} was ordered by {head.actor}, and no flow released it")

    def _learn_own(self, seen: Seen, index: int) -> None:
        head, given = seen.head, seen.body
        if head.kind in (kinds.ENABLED, kinds.DISABLED):
            # Who erases these takes the answer with them.
            self._about[index] = None
            self._blind = self._blind or given is None
            if given is not None and given["flow"] == production.ORDER_FLOW:
                self._enabled = head.kind == kinds.ENABLED
        elif head.kind in _PLANNED:
            self._about[index] = head.stream
            if head.kind == production.ORDER_WITHDREW:
                self._planned.pop(head.stream, None)
            else:
                self._planned[head.stream] = None if given is None else {**given, _BY: head.actor}

    def _lose(self, stream: str) -> None:
        if self._phases.pop(stream, None) is None and stream in self._planned:
            self._planned[stream] = None


_BY = "planned_by"
_SAME = ("recipe", "version", "recipe_hash", "size", "lots")
