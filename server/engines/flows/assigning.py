"""Which variables surely have a value where a flow cannot go on without: lists, dates, keys, people.

A condition may lack a value, and then does not hold. A repeat without a list, a timer without a date, a message
without a key or a task without a person would stand still for ever; so publication refuses them unless every way
there sets the variable. Values are never taken away again, so that what is set once stays set.
"""

from collections.abc import Iterator

from server.engines.flows import evaluating
from server.engines.flows.model import GIVEN, Definition, Finding, Flows, Node, Scope

Names = frozenset[str]


def needs(definition: Definition, scope: Scope, node: Node) -> Names:
    """The variables without which this node cannot be entered; those of repeats around it are always there."""
    found: set[str] = set()
    if node.repeat is not None:
        found.add(node.repeat.collection)
    if node.person is not None and not node.roles:
        found.add(node.person)
    sources = [node.timer.date if node.timer else None, node.message.key if node.message else None]
    for source in filter(None, sources):
        found |= evaluating.names(source, evaluating.declared(definition, scope))
    own = {*scope.locals, *GIVEN, *([node.repeat.element] if node.repeat else [])}
    return frozenset(found - own)


def needed_at_start(definition: Definition) -> Names:
    """The variables that whoever starts an instance must give: asked for at the start, and needed somewhere."""
    asked = {name for name, one in definition.variables.items() if one.start}
    used: set[str] = set()
    for scope in definition.scopes.values():
        for node in scope.nodes.values():
            used |= needs(definition, scope, node)
            for _, source in node.passes:
                used |= evaluating.names(source, evaluating.declared(definition, scope))
    return frozenset(asked & used)


class Assigning:
    """What is surely set before and after each node of one flow."""

    def __init__(self, flows: Flows, code: str, called: dict[str, Names] | None = None) -> None:
        self.called: dict[str, Names] = {} if called is None else called
        self.flows, self.definition = flows, flows.definitions[code]
        self.findings: list[Finding] = []
        self.everything = frozenset(self.definition.variables)

    def run(self) -> Names:
        """The variables that are surely set when the flow has ended normally."""
        return self.scope(self.definition.scopes[self.definition.code], needed_at_start(self.definition))

    def scope(self, scope: Scope, begin: Names) -> Names:
        """Least of all ways, found by going round until nothing changes; then what lacks is named."""
        on: dict[str, Names] = dict.fromkeys(scope.edges, self.everything)
        inside: dict[str, Names] = {}
        waiting = [scope.start]
        while waiting:
            node = scope.nodes[waiting.pop()]
            before = self.before(scope, node, on, begin)
            inside[node.id] = before
            for name, after in self.after(scope, node, before):
                for edge in scope.nodes[name].out:
                    if on[edge] != after or scope.edges[edge].target not in inside:
                        on[edge] = after
                        waiting.append(scope.edges[edge].target)
        self.look(scope, inside)
        ends = [inside[one.id] for one in scope.nodes.values() if one.kind == "end" and one.id in inside]
        return frozenset.intersection(*ends) if ends else self.everything

    def before(self, scope: Scope, node: Node, on: dict[str, Names], begin: Names) -> Names:
        ways = [on[edge] for edge in node.into]
        if not ways:
            return begin
        return frozenset.union(*ways) if node.kind == "parallel" else frozenset.intersection(*ways)

    def after(self, scope: Scope, node: Node, before: Names) -> Iterator[tuple[str, Names]]:
        """What is set behind a node, and behind each of its boundary events."""
        for guard in node.guards:
            yield guard, before
        after = before | {one.variable for one in node.sets if one.required}
        if node.outcome_into:
            after |= {node.outcome_into}
        if node.kind == "sub":
            quiet = Assigning(self.flows, self.definition.code, self.called)
            after = quiet.scope(self.definition.scopes[f"{scope.path}/{node.id}"], before) | before
        if node.kind == "call":
            code = str(node.calls)
            if code not in self.called:
                self.called[code] = Assigning(self.flows, code, self.called).run()
            after |= {name for name, source in node.returns if source in self.called[code]}
        yield node.id, after

    def look(self, scope: Scope, inside: dict[str, Names]) -> None:
        for name, before in inside.items():
            node = scope.nodes[name]
            watched = [node, *(scope.nodes[guard] for guard in node.guards)]
            lacking = {one for each in watched for one in needs(self.definition, scope, each) - before}
            for variable in sorted(lacking):
                self.findings.append(Finding("variable_unset", name, {"variable": variable}))
            if node.kind == "call":
                self.given(scope, node, before)
            if node.kind == "sub":
                self.scope(self.definition.scopes[f"{scope.path}/{node.id}"], before)

    def given(self, scope: Scope, node: Node, before: Names) -> None:
        """A called flow must be given what it needs, by expressions over what is set."""
        sources = dict(node.passes)
        seen = before | set(scope.locals) | set(GIVEN) | ({node.repeat.element} if node.repeat else set())
        types = evaluating.declared(self.definition, scope)
        for variable in sorted(needed_at_start(self.flows.definitions[str(node.calls)])):
            source = sources.get(variable)
            if source is None or not evaluating.names(source, types) <= seen:
                self.findings.append(Finding("variable_unset", node.id, {"variable": variable, "flow": node.calls}))
