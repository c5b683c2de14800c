"""Python and TypeScript say the same of every form and of whatever is filled in: kept cases, and those of chance."""

import json
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import form_cases
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import ROOT

pytestmark = pytest.mark.urs("ENG-01", "PRD-07")
VECTORS = json.loads((ROOT / "tests" / "vectors" / "forms.json").read_text("utf-8"))
Answers = Callable[[Any, list[dict[str, Any]]], Any]


@pytest.fixture(scope="module")
def node() -> Iterator[Answers]:
    """The app's engine in a process of Node."""
    script = (ROOT / "tests" / "form_node.mjs").read_bytes()
    # Beside the packages that it imports, which Node looks for from where the script lies.
    file = ROOT / "pwa" / "node_modules" / ".pestle-form-node.mjs"
    file.write_bytes(script)
    process = subprocess.Popen(
        ["node", str(file)], cwd=ROOT / "pwa", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    out, into = process.stdout, process.stdin
    assert out.readline() == "ready\n"

    def ask(definition: Any, steps: list[dict[str, Any]]) -> Any:
        into.write(json.dumps({"definition": definition, "steps": steps}) + "\n")
        into.flush()
        return json.loads(out.readline())

    yield ask
    into.close()
    process.wait(20)
    out.close()


@pytest.mark.parametrize("number", range(len(VECTORS)))
def test_a_kept_case_is_answered_as_it_was(number: int) -> None:
    kept = VECTORS[number]
    assert form_cases.answer(kept["definition"], kept["steps"]) == {
        name: kept[name] for name in ("findings", "states", "digests")
    }


def test_the_kept_cases_meet_everything_that_can_be_found() -> None:
    """A generator that makes nothing of some kind proves nothing about it."""
    findings = {one["code"] for kept in VECTORS for one in kept["findings"]}
    assert findings >= {"expression", "id_taken", "translation_missing", "circular", "unreachable", "key_missing"}
    states = [one for kept in VECTORS for state in kept["states"] for one in state["paths"].values()]
    assert {one["verdict"] for one in states} == {"none", "within", "alert", "action", "specification"}
    problems = {problem for one in states for problem in one["problems"]}
    assert problems >= {"required", "format", "unit", "too_long", "not_an_option", "check:1", "division_by_zero"}
    assert problems >= {"stale", "first_missing", "same_person"}
    assert any(not one["visible"] for one in states)
    assert sum(one["calculated"] and one["value"] is not None for one in states) > 100


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_whatever_chance_makes_both_say_the_same(node: Answers, seed: int) -> None:
    """Findings, what is visible and wrong, verdicts, calculated values, digests under signatures; each form is filled
    in step by step there, and all at once here, so that a value that was kept from before would show."""
    definition, steps = form_cases.case(seed)
    assert node(definition, steps) == form_cases.answer(definition, steps)
