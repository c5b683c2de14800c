"""Does every token of a scope come to an end, whatever is chosen? Answered by trying every choice there is.

A marking is the set of sequence flows that hold a token; tasks, sub-processes and calls are one move. Moves that are
the only one a token has are made at once, since they take nothing from another; what is left to try are choices and
joins. Refused is a scope with a marking from which no end can be reached (a join that waits for ever), or in which a
way towards a join holds two tokens (a join that would open twice).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from server.engines.flows import graph
from server.engines.flows.model import Finding, Flows, Node, Scope

MAX_MARKINGS = 20_000
Marking = frozenset[str]
# The scope has ended, by an end event or by an error.
_DONE: Marking = frozenset({"\0done"})


@dataclass(frozen=True, slots=True)
class Ends:
    """How a scope can end: `normally`, and with which errors that it does not catch itself."""

    normally: bool
    errors: frozenset[str]


def ends(flows: Flows, path: str, known: dict[str, Ends], findings: list[Finding]) -> Ends:
    """How this scope can end; findings of it, its sub-processes and what it calls are added."""
    if path not in known:
        scope = flows.scope(path)
        inner: dict[str, Ends] = {}
        for node in scope.nodes.values():
            if node.kind == "sub":
                inner[node.id] = ends(flows, f"{path}/{node.id}", known, findings)
            elif node.kind == "call" and node.calls in flows.definitions:
                inner[node.id] = ends(flows, str(node.calls), known, [])
        known[path] = _Search(scope, inner, findings).run()
    return known[path]


class _Search:
    def __init__(self, scope: Scope, inner: Mapping[str, Ends], findings: list[Finding]) -> None:
        self.scope, self.inner, self.findings = scope, inner, findings
        ways = graph.successors(scope.nodes, scope.edges)
        joins = {one.id for one in scope.nodes.values() if self.is_join(one)}
        back = graph.reversed_(ways)
        leaving = {one.id for one in scope.nodes.values() if one.end in ("error", "terminate") or self.throws(one)}
        # From these a join, or what ends the scope for all, can be reached; a token anywhere else ends by itself and
        # takes part in nothing.
        self.joining = graph.reached(back, joins | leaving)
        self.ways = ways
        self.normally, self.errors = False, set[str]()
        self.twice: set[str] = set()

    def throws(self, node: Node) -> bool:
        return node.id in self.inner and bool(self.uncaught(node))

    def is_join(self, node: Node) -> bool:
        return node.kind in ("parallel", "inclusive") and len(node.into) > 1

    def run(self) -> Ends:
        self.find_doubling()
        start = self.scope.nodes[self.scope.start]
        first = self.advance(frozenset(), self.outcomes(start)[0])
        following: dict[Marking, list[Marking]] = {}
        waiting = [first]
        while waiting and not self.twice:
            marking = waiting.pop()
            if marking in following:
                continue
            if len(following) >= MAX_MARKINGS:
                self.findings.append(Finding("flow_too_tangled", self.scope.start, {"most": MAX_MARKINGS}))
                return Ends(True, frozenset(self.errors))
            following[marking] = [] if not marking or marking == _DONE else self.moves(marking)
            waiting += following[marking]
        if self.twice:
            self.findings += [Finding("token_twice", one) for one in sorted(self.twice)]
        else:
            self.find_stuck(following)
        self.normally |= frozenset() in following
        return Ends(self.normally, frozenset(self.errors))

    def find_doubling(self) -> None:
        """A gateway that sends two tokens round a cycle in which none is ever joined."""
        for part in graph.cycles(self.ways):
            for one in part:
                node = self.scope.nodes[one]
                targets = [self.scope.edges[edge].target for edge in node.out]
                kept = [target for target in targets if target in part]
                if node.kind in ("parallel", "inclusive") and len(kept) > 1 and one not in self.joining:
                    self.findings.append(Finding("token_twice", one))

    def find_stuck(self, following: Mapping[Marking, list[Marking]]) -> None:
        back: dict[Marking, list[Marking]] = {}
        for marking, others in following.items():
            for other in others:
                back.setdefault(other, []).append(marking)
        good: set[Marking] = set()
        waiting = [one for one in (frozenset(), _DONE) if one in following]
        while waiting:
            one = waiting.pop()
            if one not in good:
                good.add(one)
                waiting += back.get(one, [])
        stuck: set[str] = set()
        for marking in following:
            if marking not in good and not following[marking]:
                stuck |= {self.scope.edges[edge].target for edge in marking}
        if not stuck:
            stuck = {self.scope.edges[edge].target for one in following if one not in good for edge in one}
        self.findings += [Finding("join_never_opens", one) for one in sorted(stuck)]

    def moves(self, marking: Marking) -> list[Marking]:
        found: list[Marking] = []
        for target in sorted({self.scope.edges[edge].target for edge in marking}):
            node = self.scope.nodes[target]
            held = marking & set(node.into)
            if self.is_join(node):
                if node.kind == "parallel" and len(held) < len(node.into):
                    continue
                if node.kind == "inclusive" and self.coming(marking, node):
                    continue
                taken = [held]
            else:
                taken = [frozenset({edge}) for edge in sorted(held)]
            for tokens in taken:
                found += [self.advance(marking - tokens, outcome) for outcome in self.outcomes(node)]
        return found

    def coming(self, marking: Marking, join: Node) -> bool:
        heading = self.scope.heading[join.id]
        return any(self.scope.edges[edge].target in heading and edge not in join.into for edge in marking)

    def advance(self, marking: Marking, added: Marking) -> Marking:
        """The marking with these tokens, each moved on as far as it has no choice."""
        current, new, passed = set(marking), sorted(added), set[str]()
        while new and not self.twice:
            edge = new.pop()
            if edge in _DONE:
                return _DONE
            target = self.scope.edges[edge].target
            if target not in self.joining:
                continue
            node = self.scope.nodes[target]
            outcomes = [] if self.is_join(node) else self.outcomes(node)
            if edge in current or edge in passed:
                # Two tokens on one way, where both can only go the same way on; or one that goes round for ever.
                self.twice.add(target)
            elif len(outcomes) == 1:
                passed.add(edge)
                new += sorted(outcomes[0])
            else:
                current.add(edge)
        return frozenset(current)

    def uncaught(self, node: Node) -> frozenset[str]:
        errors = [self.scope.nodes[one] for one in node.guards]
        errors = [one for one in errors if one.timer is None and one.message is None]
        if any(one.error is None for one in errors):
            return frozenset()
        return self.inner[node.id].errors - {one.error for one in errors}

    def outcomes(self, node: Node) -> list[Marking]:
        """Each set of ways on which a token may leave this node."""
        if node.kind == "end":
            return [self.ended(node)]
        if node.kind == "parallel":
            return [frozenset(node.out)]
        if node.kind == "exclusive":
            return [frozenset({one}) for one in node.out]
        if node.kind == "inclusive":
            sizes = range(1, len(node.out) + 1)
            return [frozenset(one) for size in sizes for one in combinations(node.out, size)]
        return self.left(node)

    def ended(self, node: Node) -> Marking:
        if node.end == "error":
            self.errors.add(str(node.error))
            return _DONE
        if node.end == "terminate":
            self.normally = True
            return _DONE
        return frozenset()

    def left(self, node: Node) -> list[Marking]:
        """An activity is left normally or by what interrupts it, after any of what does not interrupt it."""
        guards = [self.scope.nodes[one] for one in node.guards]
        inner = self.inner.get(node.id, Ends(True, frozenset()))
        exits = [frozenset(node.out)] if inner.normally else []
        beside: list[str] = []
        for guard in guards:
            thrown = guard.timer is None and guard.message is None
            if thrown and not (inner.errors if guard.error is None else guard.error in inner.errors):
                continue
            if guard.interrupting:
                exits.append(frozenset(guard.out))
            else:
                beside += [edge for edge in guard.out if self.scope.edges[edge].target in self.joining]
        if node.id in self.inner and self.uncaught(node):
            self.errors |= self.uncaught(node)
            exits.append(_DONE)
        fired = [frozenset(one) for size in range(len(beside) + 1) for one in combinations(beside, size)]
        return [way | more for way in exits for more in fired]
