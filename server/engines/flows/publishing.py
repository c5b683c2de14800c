"""May this definition be published? Every reason why not, each with its element."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from server.engines.flows import evaluating, graph, soundness
from server.engines.flows.assigning import Assigning
from server.engines.flows.kinds import MEANINGS
from server.engines.flows.model import (
    COUNTED,
    MAX_CALLED,
    MAX_EXPRESSION,
    STARTER,
    Definition,
    Finding,
    Flows,
    Node,
    Scope,
)
from server.engines.flows.reading import seconds, words


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a definition may name: roles, forms with the flow types of their fields, and flows that are in force."""

    roles: frozenset[str]
    forms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    flows: Mapping[str, Definition] = field(default_factory=dict)


def check(definition: Definition, around: Surroundings) -> list[Finding]:
    """What is wrong; empty when nothing is."""
    checking = _Checking(definition, around)
    for scope in definition.scopes.values():
        checking.scope(scope)
    cycle = checking.call_cycle()
    if cycle is None and not any(one.code == "called_flow_missing" for one in checking.findings):
        flows = link(definition, around.flows)
        if len(flows.definitions) > MAX_CALLED:
            return [*checking.findings, Finding("too_many_called", None, {"most": MAX_CALLED})]
        waiting: dict[str, bool] = {}
        for path in definition.scopes:
            checking.automatic_cycles(flows, definition.scopes[path], waiting)
        if not checking.findings:
            assigned = Assigning(flows, definition.code)
            assigned.run()
            checking.findings += assigned.findings
            soundness.ends(flows, definition.code, {}, checking.findings)
    return checking.findings


def link(definition: Definition, flows: Mapping[str, Definition]) -> Flows:
    """The definition with all that it calls. KeyError for a called flow that is missing."""
    found = {definition.code: definition}
    waiting = [*definition.calls]
    while waiting:
        code = waiting.pop()
        if code not in found:
            found[code] = flows[code]
            waiting += flows[code].calls
    return Flows(definition.code, found)


class _Checking:
    def __init__(self, definition: Definition, around: Surroundings) -> None:
        self.definition, self.around = definition, around
        self.types = {name: one.type for name, one in definition.variables.items()}
        self.findings: list[Finding] = []
        self.tasks = {
            node.id for scope in definition.scopes.values() for node in scope.nodes.values() if node.kind == "task"
        }

    def wrong(self, code: str, element: str, /, **details: object) -> None:
        self.findings.append(Finding(code, element, details))

    def scope(self, scope: Scope) -> None:
        if not scope.start:
            return
        self.reachable(scope)
        for node in scope.nodes.values():
            self.gateway(scope, node)
            self.node(scope, node)
            if node.kind == "task":
                self.task(scope, node)
            if node.kind == "call":
                self.call(scope, node)

    def reachable(self, scope: Scope) -> None:
        ways = graph.successors(scope.nodes, scope.edges)
        begin = graph.reached(ways, [scope.start])
        ending = _ending(scope, ways)
        for one in scope.nodes:
            if one not in begin:
                self.wrong("node_unreachable", one)
            if one not in ending:
                self.wrong("end_unreachable", one)

    def expression(self, scope: Scope, element: str, source: str, wants: str, more: Mapping[str, str]) -> None:
        if len(source) > MAX_EXPRESSION:
            self.wrong("expression_wrong", element, problem="too_long", most=MAX_EXPRESSION)
            return
        problem = evaluating.problem(source, {**evaluating.declared(self.definition, scope), **more}, wants)
        if problem is not None:
            self.wrong("expression_wrong", element, expression=source[:200], **problem)

    def gateway(self, scope: Scope, node: Node) -> None:
        choosing = node.kind in ("exclusive", "inclusive") and len(node.out) > 1
        if choosing and node.default is None:
            self.wrong("default_missing", node.id)
        for edge in scope.leaving(node.id):
            if choosing and edge.id != node.default:
                if edge.condition is None:
                    self.wrong("condition_missing", edge.id)
                else:
                    self.expression(scope, edge.id, edge.condition, "yes_no", {})
            elif edge.condition is not None:
                self.wrong("condition_misplaced", edge.id)

    def node(self, scope: Scope, node: Node) -> None:
        for duration in filter(None, (node.due, node.timer.duration if node.timer else None)):
            if seconds(duration) == 0:
                self.wrong("duration_nothing", node.id, duration=duration)
        if node.timer is not None and node.timer.date is not None:
            self.expression(scope, node.id, node.timer.date, "time", {})
        if node.message is not None and node.message.key is not None:
            self.expression(scope, node.id, node.message.key, "text", {})
        if node.repeat is not None:
            self.listed(node, node.repeat.collection)
            if node.repeat.until is not None:
                self.expression(scope, node.id, node.repeat.until, "yes_no", COUNTED)

    def listed(self, node: Node, name: str) -> None:
        if name not in self.types:
            self.wrong("variable_undeclared", node.id, variable=name)
        elif not self.types[name].startswith("list("):
            self.wrong("variable_type_wrong", node.id, variable=name, type=self.types[name])

    def task(self, scope: Scope, node: Node) -> None:
        if not node.roles and node.person is None:
            self.wrong("role_missing", node.id)
        for role in (*node.roles, *words(node.escalate)):
            if role not in self.around.roles:
                self.wrong("role_unknown", node.id, role=role)
        if node.person is not None:
            own = {**self.types, **scope.locals, **self.element(node), STARTER: "person"}
            if own.get(node.person) not in ("person", "text"):
                code = "variable_type_wrong" if node.person in own else "variable_undeclared"
                self.wrong(code, node.id, variable=node.person)
        for other in node.not_by:
            if other != STARTER and (other not in self.tasks or other == node.id):
                self.wrong("task_unknown", node.id, task=other)
        for meaning in filter(None, (node.meaning, *(one.meaning for one in node.outcomes))):
            if meaning not in MEANINGS:
                self.wrong("meaning_unknown", node.id, meaning=meaning)
        self.asked(node)
        self.taken(node)

    def element(self, node: Node) -> dict[str, str]:
        listed = self.types.get(node.repeat.collection, "") if node.repeat else ""
        return {node.repeat.element: listed[5:-1]} if node.repeat and listed.startswith("list(") else {}

    def asked(self, node: Node) -> None:
        """What a task sets: declared variables, and of a form the fields of the same name and type."""
        fields: Mapping[str, str] | None = None
        if node.form is not None:
            fields = self.around.forms.get(node.form)
            if fields is None:
                self.wrong("form_missing", node.id, form=node.form)
        for one in node.sets:
            if one.variable not in self.types:
                self.wrong("variable_undeclared", node.id, variable=one.variable)
            elif fields is not None and fields.get(one.variable) != self.types[one.variable]:
                self.wrong("field_missing", node.id, form=node.form, variable=one.variable)

    def taken(self, node: Node) -> None:
        """The variable that takes the outcome: text; of a repeat, the list of them."""
        if node.outcome_into is None:
            return
        wanted = "text" if node.repeat is None else "list(text)"
        if node.outcome_into not in self.types:
            self.wrong("variable_undeclared", node.id, variable=node.outcome_into)
        elif self.types[node.outcome_into] != wanted:
            self.wrong("variable_type_wrong", node.id, variable=node.outcome_into, wanted=wanted)
        if not node.outcomes:
            self.wrong("outcomes_missing", node.id)

    def call(self, scope: Scope, node: Node) -> None:
        called = self.around.flows.get(str(node.calls))
        if called is None:
            if node.calls != self.definition.code:
                self.wrong("called_flow_missing", node.id, flow=node.calls)
            return
        for name, source in node.passes:
            if name not in called.variables:
                self.wrong("variable_undeclared", node.id, variable=name, flow=node.calls)
            else:
                self.expression(scope, node.id, source, called.variables[name].type, self.element(node))
        for name, source in node.returns:
            own, theirs = self.types.get(name), called.variables.get(source)
            if own is None or theirs is None:
                self.wrong("variable_undeclared", node.id, variable=name if own is None else source)
            elif own != theirs.type:
                self.wrong("variable_type_wrong", node.id, variable=name, type=theirs.type)

    def call_cycle(self) -> str | None:
        """Name each call through which a flow would come to call itself."""
        calls = {code: one.calls for code, one in self.around.flows.items()} | {
            self.definition.code: self.definition.calls
        }
        found = None
        for scope in self.definition.scopes.values():
            for node in scope.nodes.values():
                if node.calls is not None and self.definition.code in graph.reached(calls, [node.calls]):
                    self.wrong("call_cycle", node.id, flow=node.calls)
                    found = node.id
        return found

    def automatic_cycles(self, flows: Flows, scope: Scope, known: dict[str, bool]) -> None:
        """A cycle in which nobody does anything would run by itself for ever, or as long as messages come."""
        waits = {node.id for node in scope.nodes.values() if _waits(flows, scope, node, known)}
        ways = graph.successors(scope.nodes, scope.edges)
        alone = {
            one: tuple(other for other in targets if other not in waits)
            for one, targets in ways.items()
            if one not in waits
        }
        for part in graph.cycles(alone):
            for one in part:
                self.wrong("cycle_without_task", one)
        for part in graph.cycles(ways):
            if not self.changes(scope, set(part)):
                self.wrong("cycle_without_choice", part[0])
            self.dates(scope, part)

    def dates(self, scope: Scope, part: Sequence[str]) -> None:
        """A date that nothing in a cycle sets has passed in its second round, and in all that follow."""
        types = evaluating.declared(self.definition, scope)
        changed = set().union(*(self.sets(scope, scope.nodes[one]) for one in part))
        for node in (scope.nodes[one] for one in part):
            date = None if node.timer is None else node.timer.date
            if date is not None and not evaluating.names(date, types) & changed:
                self.wrong("date_same_in_cycle", node.id, expression=date[:200])

    def changes(self, scope: Scope, part: set[str]) -> bool:
        """Whether what is done in a cycle can change what leads out of it: a variable, an event, an error."""
        types = evaluating.declared(self.definition, scope)
        changed: set[str] = set()
        asked: set[str] = set()
        for one in part:
            node = scope.nodes[one]
            outside = any(scope.edges[edge].target not in part for edge in node.out)
            if node.kind == "boundary" and outside:
                return True
            changed |= self.sets(scope, node)
            for edge in scope.leaving(one) if outside else ():
                asked |= evaluating.names(edge.condition, types) if edge.condition else set()
        return bool(asked & changed) or any(guard not in part for one in part for guard in scope.nodes[one].guards)

    def sets(self, scope: Scope, node: Node) -> set[str]:
        found = {one.variable for one in node.sets} | {name for name, _ in node.returns}
        found |= {node.outcome_into} if node.outcome_into else set()
        if node.kind == "sub":
            inner = self.definition.scopes[f"{scope.path}/{node.id}"]
            found = found.union(*(self.sets(inner, one) for one in inner.nodes.values()))
        return found


def _ending(scope: Scope, ways: graph.Graph) -> set[str]:
    """The nodes from which a token can come to an end with all that it becomes; parallel gateways: on every way."""
    ending: set[str] = set()
    before = -1
    while len(ending) > before:
        before = len(ending)
        for one in scope.nodes.values():
            # What does not interrupt takes no token away.
            beside = {guard for guard in one.guards if not scope.nodes[guard].interrupting}
            ends = [other in ending for other in ways[one.id] if other not in beside]
            if one.kind == "end" or (all(ends) and ends if one.kind == "parallel" else any(ends)):
                ending.add(one.id)
    return ending


def _waits(flows: Flows, scope: Scope, node: Node, known: dict[str, bool]) -> bool:
    """Whether nothing passes this node without that a person does something."""
    if node.kind == "task":
        return True
    if node.kind == "sub":
        inner = flows.scope(f"{scope.path}/{node.id}")
    elif node.kind == "call":
        inner = flows.scope(str(node.calls))
    else:
        return False
    if inner.path not in known:
        waits = frozenset(one.id for one in inner.nodes.values() if _waits(flows, inner, one, known))
        through = graph.reached(graph.successors(inner.nodes, inner.edges), [inner.start], waits)
        known[inner.path] = not any(inner.nodes[one].kind == "end" for one in through)
    return known[inner.path]
