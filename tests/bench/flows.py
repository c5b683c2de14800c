"""Flows: one step of the engine beside SpiffWorkflow 3.2, and ten thousand running instances of a plant.

Both do the same deviation, one after the other: twenty completions with one rejection, each of them read from the
bytes of the state, done, and written again. All three vote, since SpiffWorkflow's condition to stop after two does not
see the votes; and its parallel join is only asked in the order in which it does not open early.
"""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from server.engines.flows import parsing, stepping
from server.engines.flows.model import Flows
from server.engines.flows.publishing import link

PEER = Path(__file__).parent / "spiff"
RUNS = 20
AT = "2026-11-26T08:00:00.000Z"
_HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:pestle="urn:pestle:flow:1" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="urn:pestle:flows">'
)
_ROUND = ("investigate", "contain", "assess", "approve", "approve", "approve")
# (node, outcome of a vote): one rejection, so that investigation, containment and votes come twice.
COMPLETIONS: tuple[tuple[str, str | None], ...] = (
    ("register", None),
    ("triage", None),
    *((one, "reject" if one == "approve" else None) for one in _ROUND),
    *((one, "approve" if one == "approve" else None) for one in _ROUND),
    ("plan", None),
    ("act", None),
    ("look", None),
    ("effect", None),
    ("sign", None),
    ("archive", None),
)


def steps(folder: Path, runs: int = RUNS) -> dict[str, Any]:
    """Microseconds for each completion, and bytes of the state at its largest and in the middle, of both."""
    ours, theirs = stepped(runs), _theirs(folder, runs)
    ratio = {"quicker": round(theirs["us"] / ours["us"], 1)}
    ratio |= {f"{what}_smaller": round(theirs[what] / ours[what], 1) for what in ("bytes_median", "bytes_most")}
    return {"ours": ours, "spiffworkflow_3_2": theirs, "ratio": ratio}


def stepped(runs: int) -> dict[str, Any]:
    """Our own figures."""
    flows = _flows()
    took, sizes = [], []
    for _ in range(runs):
        values = {"severity": "major", "people": ["li", "wu", "xu"]}
        begin = {"type": "started", "at": AT, "subject": "S", "starter": "zhang", "values": values}
        state = stepping.dump(stepping.step(flows, None, begin).state)
        for name, outcome in COMPLETIONS:
            began = time.perf_counter_ns()
            before = stepping.load(state)
            number = min(
                (key for key, act in before["acts"].items() if act["node"] == name and "total" not in act), key=int
            )
            event = {"type": "completed", "at": AT, "task": number, "outcome": outcome, "values": {}}
            state = stepping.dump(stepping.step(flows, before, event).state)
            took.append((time.perf_counter_ns() - began) / 1000)
            sizes.append(len(state))
        if stepping.load(state)["ended"] is None:
            raise RuntimeError("the flow has not ended")
    return _figures(took, sizes)


def _theirs(folder: Path, runs: int) -> dict[str, Any]:
    """In an environment of its own, as pinned beside its program; nothing else needs it."""
    python = folder / "spiff" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", str(folder / "spiff")], check=True, stdout=2)
    install = [str(python), "-m", "pip", "install", "--quiet", "-r", str(PEER / "requirements.txt")]
    subprocess.run(install, check=True, stdout=2)
    work = folder / "peer"
    work.mkdir()
    for code, data in _documents(peer=True).items():
        (work / f"{code}.bpmn").write_bytes(data)
    given = [(name, {} if outcome is None else {"vote": outcome}) for name, outcome in COMPLETIONS]
    (work / "completions.json").write_text(json.dumps(given))
    command = [str(python), str(PEER / "peer.py"), str(work), str(runs)]
    found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return _figures(found["us"], found["bytes"])


def _figures(took: Sequence[float], sizes: Sequence[int]) -> dict[str, Any]:
    return {"us": round(median(took), 1), "bytes_median": int(median(sizes)), "bytes_most": max(sizes)}


def _flows() -> Flows:
    made = {code: parsing.parse(data) for code, data in _documents(peer=False).items()}
    return link(made["deviation"], made)


def _documents(*, peer: bool) -> dict[str, bytes]:
    """The same nodes and arrows for both; votes and conditions as each of them spells them."""
    loop = '<bpmn:multiInstanceLoopCharacteristics pestle:collection="people" pestle:element="one">'
    agreed = 'size(votes.filter(v, v == "approve")) &gt;= 2'
    if peer:
        loop = (
            "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef>people</bpmn:loopDataInputRef>"
            '<bpmn:loopDataOutputRef>votes</bpmn:loopDataOutputRef><bpmn:inputDataItem id="one" name="one"/>'
            '<bpmn:outputDataItem id="vote" name="vote"/>'
        )
        agreed = 'votes.count("approve") &gt;= 2'
    votes = f"{_asked(peer)}{loop}</bpmn:multiInstanceLoopCharacteristics>"
    inner = (
        '<bpmn:startEvent id="cs"/>' + _tasks("plan", "act") + '<bpmn:endEvent id="ce"/>' + _arrows("cs>plan>act>ce")
    )
    parts = (
        _declared(peer)
        + '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/><bpmn:endEvent id="le"/>'
        + _tasks(
            "register", "triage", "close", "investigate", "contain", "assess", "effect", "sign", "archive", "chase"
        )
        + f'<bpmn:userTask id="approve" pestle:person="one" pestle:into="votes">{votes}</bpmn:userTask>'
        + '<bpmn:exclusiveGateway id="x" default="x-close"/><bpmn:exclusiveGateway id="y" default="y-m"/>'
        + '<bpmn:exclusiveGateway id="m"/><bpmn:parallelGateway id="p"/><bpmn:parallelGateway id="j"/>'
        + '<bpmn:exclusiveGateway id="z"/>'
        + f'<bpmn:subProcess id="capa">{inner}</bpmn:subProcess>'
        + '<bpmn:callActivity id="call" calledElement="effectiveness"/>'
        + '<bpmn:boundaryEvent id="late" attachedToRef="investigate" cancelActivity="false"><bpmn:timerEventDefinition>'
        + f"<bpmn:timeDuration>{_duration(peer)}</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
        + _arrows("s>register>triage>x", "x>close>z", "m>p", "p>investigate>j", "p>contain>j", "j>assess>approve>y")
        + _arrow("x", "m", 'severity == "major"')
        + _arrow("y", "capa", agreed)
        + _arrows("y>m", "capa>call>effect>sign>z>archive>e", "late>chase>le")
    )
    called = '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>' + _tasks("look") + _arrows("s>look>e")
    return {"deviation": _document("deviation", parts), "effectiveness": _document("effectiveness", called)}


def _asked(peer: bool) -> str:
    codes = "".join(f'<pestle:outcome code="{one}" zh="{one}" en="{one}"/>' for one in ("approve", "reject"))
    return "" if peer else f"<bpmn:extensionElements>{codes}</bpmn:extensionElements>"


def _declared(peer: bool) -> str:
    types = {"severity": "text", "people": "list(person)", "votes": "list(text)"}
    said = "".join(f'<pestle:variable name="{key}" type="{one}" start="true"/>' for key, one in types.items())
    return "" if peer else f"<bpmn:extensionElements>{said}</bpmn:extensionElements>"


def _duration(peer: bool) -> str:
    return '"P5D"' if peer else "P5D"


def _document(code: str, inner: str) -> bytes:
    return f'{_HEAD}<bpmn:process id="{code}" isExecutable="true">{inner}</bpmn:process></bpmn:definitions>'.encode()


def _tasks(*names: str) -> str:
    return "".join(f'<bpmn:userTask id="{name}" name="{name}" pestle:role="qa"/>' for name in names)


def _arrows(*chains: str) -> str:
    pairs = [pair for chain in chains for pair in zip(chain.split(">"), chain.split(">")[1:], strict=False)]
    return "".join(_arrow(source, target) for source, target in pairs)


def _arrow(source: str, target: str, condition: str = "") -> str:
    inner = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
    ends = f'sourceRef="{source}" targetRef="{target}"'
    return f'<bpmn:sequenceFlow id="{source}-{target}" {ends}>{inner}</bpmn:sequenceFlow>'
