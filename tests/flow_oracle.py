"""Random flows as trees of blocks, written as BPMN, and what they mean told a second time without a single token.

A block is started, holds open tasks, timers and waits, and is done; a parallel block is done when all of its branches
are. The engine, which knows gateways and arrows only, must show the same open tasks after every step.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from flow_support import HEAD, extension

Env = dict[str, Any]


class Thrown(Exception):
    """An error end (`code`) or a terminate end (None) of the scope around it."""

    def __init__(self, code: str | None) -> None:
        self.code = code


@dataclass(eq=False)
class Block:
    """`name` is unique in all flows of a trial; `parts` are the branches, or the one body."""

    kind: str
    name: str
    parts: list["Block"] = field(default_factory=list)
    most: int = 0
    calls: "Flow | None" = None
    # Of an activity with a timer: what follows when it fires.
    late: "Block | None" = None
    interrupting: bool = True
    error: bool = False


@dataclass(eq=False)
class Flow:
    code: str
    body: Block
    decisions: list[str]


class Making:
    """Random trees of a given size."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.count = 0
        self.flows: list[Flow] = []
        self.decisions: list[str] = []

    def name(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def flow(self, size: int, depth: int = 0) -> Flow:
        before, self.decisions = self.decisions, []
        code = self.name("flow")
        body = self.sequence(size, depth)
        made = Flow(code, body, self.decisions)
        self.decisions = before
        self.flows.append(made)
        return made

    def sequence(self, size: int, depth: int) -> Block:
        parts = []
        while size > 0:
            used = self.random.randint(1, size)
            parts.append(self.block(used, depth))
            size -= used
        return Block("sequence", self.name("q"), parts)

    def block(self, size: int, depth: int) -> Block:
        if size <= 1:
            return self.leaf()
        kinds = ["exclusive", "parallel", "inclusive", "loop", "parallel", "inclusive"]
        if depth < 3:
            kinds += ["sub", "call", "sub"]
        kind = self.random.choice(kinds)
        name = self.name(kind[0])
        if kind in ("exclusive", "parallel", "inclusive"):
            branches = self.random.randint(2, 3)
            parts = [self.sequence(self.random.randint(0, max(1, size // 2)), depth) for _ in range(branches)]
            if kind != "parallel":
                self.decisions += [f"{name}_{index}" for index in range(branches - 1)]
            return Block(kind, name, parts)
        if kind == "loop":
            self.decisions.append(f"{name}_again")
            first = Block("task", self.name("t"))
            return Block(kind, name, [Block("sequence", self.name("q"), [first, self.sequence(size - 1, depth)])])
        if kind == "call":
            return Block(kind, name, calls=self.flow(size, depth + 1))
        return self.sub(name, size, depth)

    def sub(self, name: str, size: int, depth: int) -> Block:
        body = self.sequence(size, depth + 1)
        made = Block("sub", name, [body])
        roll = self.random.random()
        if roll < 0.3:
            made.late, made.interrupting = self.leaf(), self.random.random() < 0.6
        elif roll < 0.6:
            # The scope is left early, by an error or by a terminate end.
            self.decisions.append(f"{name}_x_0")
            made.error = roll < 0.45
            way_out = Block("error" if made.error else "terminate", self.name("z"))
            gate = Block("exclusive", f"{name}_x", [way_out, self.leaf()])
            first = Block("task", self.name("t"))
            early = Block("sequence", self.name("q"), [first, gate])
            made.parts = [Block("parallel", self.name("p"), [early, body])]
            made.late = self.leaf() if made.error else None
        return made

    def leaf(self) -> Block:
        roll = self.random.random()
        if roll < 0.55:
            made = Block("task", self.name("t"))
            if roll < 0.2:
                made.late = Block("task", self.name("t"))
                made.interrupting = roll < 0.1
            return made
        if roll < 0.7:
            return Block("each" if roll < 0.63 else "turns", self.name("m"), most=self.random.randint(1, 3))
        return Block("timer" if roll < 0.8 else "wait", self.name("c")) if roll < 0.9 else Block("task", self.name("t"))


class Writing:
    """A tree as BPMN."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.sets = extension("".join(f'<pestle:sets variable="{one}"/>' for one in flow.decisions))
        self.edges = 0

    def document(self) -> bytes:
        declared = "".join(f'<pestle:variable name="{one}" type="yes_no"/>' for one in self.flow.decisions)
        # Called flows have the list of reviewers from their caller.
        declared += '<pestle:variable name="reviewers" type="list(person)" start="true"/>'
        inner = self.scope(self.flow.code, self.flow.body)
        return (
            f'{HEAD}<bpmn:message id="news" name="news"/><bpmn:error id="wrong" errorCode="wrong"/>'
            f'<bpmn:process id="{self.flow.code}" isExecutable="true">{extension(declared)}{inner}</bpmn:process>'
            "</bpmn:definitions>"
        ).encode()

    def scope(self, name: str, body: Block) -> str:
        out = [f'<bpmn:startEvent id="{name}_s"/>', f'<bpmn:endEvent id="{name}_e"/>']
        self.tie(out, [f"{name}_s"], body, f"{name}_e")
        return "".join(out)

    def edge(self, out: list[str], source: str, target: str, condition: str = "", name: str = "") -> str:
        self.edges += 1
        key = name or f"{self.flow.code}_f{self.edges}"
        inner = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
        out.append(
            f'<bpmn:sequenceFlow id="{key}" sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>'
        )
        return key

    def tie(self, out: list[str], sources: list[str], block: Block, target: str) -> None:
        first, lasts = self.block(out, block)
        if first is None:
            for source in sources:
                self.edge(out, source, target)
            return
        for source in sources:
            self.edge(out, source, first)
        for last in lasts:
            self.edge(out, last, target)

    def block(self, out: list[str], block: Block) -> tuple[str | None, list[str]]:
        """The node that a block begins at (None: it is empty), and those it ends at."""
        kind, name = block.kind, block.name
        if kind == "sequence":
            return self.sequence(out, block)
        if kind in ("exclusive", "parallel", "inclusive", "loop"):
            return self.gateways(out, block)
        if kind in ("error", "terminate"):
            inner = (
                '<bpmn:errorEventDefinition errorRef="wrong"/>'
                if kind == "error"
                else "<bpmn:terminateEventDefinition/>"
            )
            out.append(f'<bpmn:endEvent id="{name}">{inner}</bpmn:endEvent>')
            return name, []
        if kind in ("timer", "wait"):
            timer = "<bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition>"
            inner = timer if kind == "timer" else '<bpmn:messageEventDefinition messageRef="news"/>'
            out.append(f'<bpmn:intermediateCatchEvent id="{name}">{inner}</bpmn:intermediateCatchEvent>')
            return name, [name]
        return self.activity(out, block)

    def sequence(self, out: list[str], block: Block) -> tuple[str | None, list[str]]:
        first: str | None = None
        lasts: list[str] = []
        for part in block.parts:
            begin, ends = self.block(out, part)
            if begin is None:
                continue
            for last in lasts:
                self.edge(out, last, begin)
            first, lasts = first or begin, ends
        return first, lasts

    def gateways(self, out: list[str], block: Block) -> tuple[str, list[str]]:
        kind, name = block.kind, block.name
        if kind == "loop":
            out.append(f'<bpmn:exclusiveGateway id="{name}_in"/>')
            out.append(f'<bpmn:exclusiveGateway id="{name}_out" default="{name}_go"/>')
            self.tie(out, [f"{name}_in"], block.parts[0], f"{name}_out")
            self.edge(out, f"{name}_out", f"{name}_in", f"{name}_again")
            out.append(f'<bpmn:exclusiveGateway id="{name}_end"/>')
            self.edge(out, f"{name}_out", f"{name}_end", name=f"{name}_go")
            return f"{name}_in", [f"{name}_end"]
        default = f' default="{name}_d"' if kind != "parallel" else ""
        out.append(f'<bpmn:{kind}Gateway id="{name}_in"{default}/>')
        out.append(f'<bpmn:{kind}Gateway id="{name}_out"/>')
        for index, part in enumerate(block.parts):
            last = index == len(block.parts) - 1
            condition = "" if kind == "parallel" or last else f"{name}_{index}"
            key = f"{name}_d" if last and kind != "parallel" else ""
            first, ends = self.block(out, part)
            self.edge(out, f"{name}_in", first or f"{name}_out", condition, key)
            for end in ends:
                self.edge(out, end, f"{name}_out")
        return f"{name}_in", [f"{name}_out"]

    def activity(self, out: list[str], block: Block) -> tuple[str, list[str]]:
        kind, name = block.kind, block.name
        if kind == "sub":
            out.append(f'<bpmn:subProcess id="{name}">{self.scope(name, block.parts[0])}</bpmn:subProcess>')
        elif kind == "call":
            assert block.calls is not None
            given = extension('<pestle:in variable="reviewers" from="reviewers"/>')
            out.append(f'<bpmn:callActivity id="{name}" calledElement="{block.calls.code}">{given}</bpmn:callActivity>')
        else:
            loop = ""
            if kind in ("each", "turns"):
                loop = (
                    f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(kind == "turns").lower()}" '
                    f'pestle:collection="reviewers" pestle:element="reviewer"><bpmn:completionCondition>done &gt;= '
                    f"{block.most}</bpmn:completionCondition></bpmn:multiInstanceLoopCharacteristics>"
                )
            out.append(f'<bpmn:userTask id="{name}" pestle:role="qa">{self.sets}{loop}</bpmn:userTask>')
        if block.late is None:
            return name, [name]
        lates = self.boundary(out, block)
        if not lates:
            return name, [name]
        out.append(f'<bpmn:exclusiveGateway id="{name}_m"/>')
        for last in (name, *lates):
            self.edge(out, last, f"{name}_m")
        return name, [f"{name}_m"]

    def boundary(self, out: list[str], block: Block) -> list[str]:
        name, cancels = block.name, str(block.interrupting).lower()
        inner = "<bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition>"
        if block.error:
            inner = '<bpmn:errorEventDefinition errorRef="wrong"/>'
        attributes = f'attachedToRef="{name}" cancelActivity="{cancels}"'
        out.append(f'<bpmn:boundaryEvent id="{name}_b" {attributes}>{inner}</bpmn:boundaryEvent>')
        assert block.late is not None
        if not block.interrupting:
            out.append(f'<bpmn:endEvent id="{name}_be"/>')
            self.tie(out, [f"{name}_b"], block.late, f"{name}_be")
            return []
        first, ends = self.block(out, block.late)
        if first is None:
            return [f"{name}_b"]
        self.edge(out, f"{name}_b", first)
        return ends


class Alive:
    """A started block; `act` gives it something that happened and says whether it was for this one."""

    def __init__(self, block: Block, env: Env, beside: list["Alive"]) -> None:
        self.block, self.env, self.beside = block, env, beside
        self.children: list[Alive] = []
        self.done = False
        self.left: int = 0
        self.completed = 0
        self.at = 0
        self.lateness: Alive | None = None
        self.timer = block.late is not None and not block.error
        self.own: list[Alive] = []
        self.begin()

    def child(self, block: Block, beside: list["Alive"] | None = None, env: Env | None = None) -> "Alive":
        return Alive(block, self.env if env is None else env, self.beside if beside is None else beside)

    def begin(self) -> None:
        block = self.block
        match block.kind:
            case "sequence":
                self.go_on()
            case "parallel":
                self.children = self.all_of(block.parts)
            case "exclusive":
                self.children = [self.child(self.chosen()[0])]
            case "inclusive":
                self.children = self.all_of(self.chosen())
            case "loop":
                self.children = [self.child(block.parts[0])]
            case "sub":
                self.guarded(lambda: self.children.append(self.child(block.parts[0], self.own)))
            case "call":
                assert block.calls is not None
                env: Env = {"reviewers": self.env["reviewers"]}
                self.guarded(lambda: self.children.append(self.child(block.calls.body, self.own, env)))  # type: ignore[union-attr]
            case "each" | "turns":
                self.left = len(self.env["reviewers"])
            case "error":
                raise Thrown("wrong")
            case "terminate":
                raise Thrown(None)
        self.look()

    def all_of(self, blocks: list[Block]) -> list["Alive"]:
        """Branches begin together: one that ends the scope does so before the others have counted for anything."""
        return [self.child(one) for one in blocks]

    def chosen(self) -> list[Block]:
        parts, name = self.block.parts, self.block.name
        found = [part for index, part in enumerate(parts[:-1]) if self.env.get(f"{name}_{index}") is True]
        return found or [parts[-1]]

    def guarded(self, work: Callable[[], Any]) -> Any:
        """What is thrown inside a scope ends it; an error goes on where the boundary event says."""
        try:
            return work()
        except Thrown as thrown:
            if self.block.kind not in ("sub", "call") or (thrown.code and not self.block.error):
                raise
            self.children, self.own = [], []
            self.stopped(thrown.code)
            return True

    def stopped(self, code: str | None) -> None:
        self.timer = False
        if code is not None:
            assert self.block.late is not None
            self.lateness = self.child(self.block.late)
        else:
            self.done = True

    def go_on(self) -> None:
        while self.at < len(self.block.parts):
            if self.children and not self.children[0].done:
                return
            self.children = [self.child(self.block.parts[self.at])]
            self.at += 1
        self.done = not self.children or self.children[0].done

    def look(self) -> None:
        """Is this block done, now that a part of it may be?"""
        kind = self.block.kind
        if self.lateness is not None:
            self.done = self.lateness.done
        elif kind == "sequence":
            self.go_on()
        elif kind in ("parallel", "exclusive", "inclusive"):
            self.done = all(one.done for one in self.children)
        elif kind == "loop":
            while self.children[0].done and self.env.get(f"{self.block.name}_again") is True:
                self.children = [self.child(self.block.parts[0])]
            self.done = self.children[0].done
        elif kind in ("sub", "call") and not self.done:
            self.done = all(one.done for one in (*self.children, *self.own))
        if self.done:
            self.timer = False

    def inner(self) -> list["Alive"]:
        return [*self.children, *self.own, *([self.lateness] if self.lateness else [])]

    def act(self, what: str, name: str, values: Env) -> bool:
        if self.done:
            return False
        if self.block.name == name:
            return self.happened(what, values)
        if self.guarded(lambda: any(one.act(what, name, values) for one in self.inner())):
            # The look itself may start what leaves the scope early.
            self.guarded(self.look)
            return True
        return False

    def happened(self, what: str, values: Env) -> bool:
        if what == "late":
            if not self.timer:
                return False
            self.timer = False
            assert self.block.late is not None
            if self.block.interrupting:
                self.children, self.own, self.left = [], [], 0
                self.lateness = self.child(self.block.late)
                self.look()
            else:
                self.beside.append(self.child(self.block.late))
            return True
        if self.lateness is not None:
            return False
        self.env.update(values)
        self.completed += 1
        if self.block.kind in ("each", "turns"):
            self.left -= 1
            self.done = self.left == 0 or self.completed >= self.block.most
        else:
            self.done = True
        self.timer = self.timer and not self.done
        return True

    def open(self) -> Iterator[tuple[str, str]]:
        """(what, name) of all that may happen now."""
        if self.done:
            return
        kind, name = self.block.kind, self.block.name
        if self.timer:
            yield "late", name
        for one in self.inner():
            yield from one.open()
        if self.lateness is None:
            if kind == "task":
                yield "complete", name
            elif kind == "each":
                yield from [("complete", name)] * self.left
            elif kind == "turns":
                yield "complete", name
            elif kind in ("timer", "wait"):
                yield kind, name


def begun(flow: Flow, env: Env) -> Alive:
    """The flow as one sub-process around everything."""
    return Alive(Block("sub", "\0", [flow.body]), env, [])
