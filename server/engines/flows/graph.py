"""Questions about the graph of one scope: what can be reached from where, and what all ways pass."""

from collections.abc import Iterable, Mapping

from server.engines.flows.model import Edge, Node

Graph = Mapping[str, tuple[str, ...]]


def successors(nodes: Mapping[str, Node], edges: Mapping[str, Edge]) -> dict[str, tuple[str, ...]]:
    """Where a token may go from each node; of an activity, also over its boundary events."""
    return {one.id: (*(edges[edge].target for edge in one.out if edge in edges), *one.guards) for one in nodes.values()}


def reversed_(graph: Graph) -> dict[str, tuple[str, ...]]:
    back: dict[str, list[str]] = {one: [] for one in graph}
    for source, targets in graph.items():
        for target in targets:
            back.setdefault(target, []).append(source)
    return {one: tuple(sources) for one, sources in back.items()}


def reached(graph: Graph, begin: Iterable[str], without: frozenset[str] = frozenset()) -> set[str]:
    """All nodes that can be reached from these, themselves included, on ways that enter none of `without`."""
    seen: set[str] = set()
    waiting = [one for one in begin if one not in without]
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting += [other for other in graph.get(one, ()) if other not in without and other not in seen]
    return seen


def dominator(graph: Graph, start: str, node: str) -> str:
    """The last node that every way from `start` to `node` passes before it; `start` itself when there is no other."""
    candidates = [one for one in reached(graph, [start]) if one != node]
    passed = [one for one in candidates if one == start or node not in reached(graph, [start], frozenset({one}))]
    # Of two dominators, the later is the one that the earlier dominates.
    last = start
    for one in passed:
        if one != last and (last == start or one not in reached(graph, [start], frozenset({last}))):
            last = one
    return last


def heading(graph: Graph, node: str, dominated_by: str) -> frozenset[str]:
    """The nodes from which a token can come to `node` without passing its dominator or `node` itself before."""
    back = reversed_(graph)
    return frozenset(reached(back, back.get(node, ()), frozenset({node, dominated_by})))


def cycles(graph: Graph) -> list[list[str]]:
    """The strongly connected parts that hold a cycle (Tarjan, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []
    for root in graph:
        work = [(root, iter(graph[root]))] if root not in index else []
        if work:
            index[root] = low[root] = len(index)
            stack.append(root)
        while work:
            one, rest = work[-1]
            for other in rest:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    work.append((other, iter(graph.get(other, ()))))
                    break
                if other in stack:
                    low[one] = min(low[one], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[one])
                if low[one] == index[one]:
                    part = stack[stack.index(one) :]
                    del stack[stack.index(one) :]
                    if len(part) > 1 or one in graph.get(one, ()):
                        found.append(sorted(part))
    return found
