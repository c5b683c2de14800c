"""What publication refuses, each with the element named, and the words for every reason there is."""

import re

import pytest
from flow_support import AROUND, HEAD, arrows, choice, extension, flow, node, task
from support import ROOT

from server.core.errors import CATALOGUE
from server.engines.flows import parsing, publishing, words
from server.engines.flows.model import Finding, Refused
from server.engines.flows.publishing import Surroundings

pytestmark = pytest.mark.urs("ENG-02")
ENDS = node("startEvent", "s") + node("endEvent", "e")
PLAIN = (ENDS, task("a"), arrows("s>a>e"))


def found(data: bytes, around: Surroundings = AROUND) -> set[tuple[str, str | None]]:
    """(code, element) of all that is wrong."""
    try:
        definition = parsing.parse(data)
    except Refused as refused:
        return _said(refused.findings)
    return _said(publishing.check(definition, around))


def _said(findings: list[Finding] | tuple[Finding, ...]) -> set[tuple[str, str | None]]:
    assert all(all(words.said(one.code, one.details).values()) for one in findings)
    return {(one.code, one.element) for one in findings}


def test_a_plain_flow_is_accepted() -> None:
    assert found(flow(*PLAIN)) == set()


@pytest.mark.parametrize(
    ("kind", "inner"),
    [
        ("scriptTask", "<bpmn:script>import os</bpmn:script>"),
        ("serviceTask", ""),
        ("eventBasedGateway", ""),
        ("transaction", ""),
        ("dataStoreReference", ""),
        ("laneSet", ""),
    ],
)
def test_what_the_engine_does_not_obey_is_named(kind: str, inner: str) -> None:
    assert ("element_unknown", "odd") in found(flow(*PLAIN, node(kind, "odd", "", inner)))


def test_attributes_and_extensions_of_others_are_named() -> None:
    other = 'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" camunda:expression="${x}" pestle:role="qa"'
    assert ("attribute_unknown", "a") in found(flow(ENDS, task("a", other), arrows("s>a>e")))
    script = extension('<camunda:script xmlns:camunda="http://camunda.org/schema/1.0/bpmn"/>')
    assert ("element_unknown", "a") in found(flow(ENDS, task("a", inner=script), arrows("s>a>e")))


def test_a_dtd_is_refused_and_no_entity_is_read(tmp_path: object) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    outside = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    for head in (bomb, outside, "<!DOCTYPE x>", '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'):
        said = (
            head + flow(*PLAIN).decode().replace('id="a"', 'id="a" name="&a;"' if "ENTITY" in head else 'id="a"')
        ).encode()
        assert found(said) == {("dtd_forbidden", None)}, head
        assert {code for code, _ in found(said.decode().encode("utf-16"))} <= {"dtd_forbidden", "not_xml"}


def test_limits_of_size_nodes_and_depth() -> None:
    assert found(b" " * 2_000_001) == {("file_too_large", None)}
    assert found(b"<a/>") == {("not_bpmn", None)}
    assert found(b"nothing") == {("not_xml", None)}
    line = [f"t{number}" for number in range(200)]
    many = flow(ENDS, *(task(one) for one in line), arrows(">".join(["s", *line, "e"])))
    assert found(many) == {("too_many_nodes", "trial")}
    inner = task("deep") + node("startEvent", "ds") + node("endEvent", "de") + arrows("ds>deep>de")
    for depth in range(5):
        ends = node("startEvent", f"s{depth}") + node("endEvent", f"e{depth}")
        inner = node("subProcess", f"u{depth}", "", inner) + ends + arrows(f"s{depth}>u{depth}>e{depth}")
    assert ("too_deep", "u0") in found(flow(inner))
    nested = "<bpmn:subProcess>" * 400 + "</bpmn:subProcess>" * 400
    assert found(flow(nested)) == {("not_xml", None)}


def test_calls_must_lead_to_flows_in_force_and_never_back() -> None:
    made = flow(ENDS, node("callActivity", "c", 'calledElement="other"'), arrows("s>c>e"))
    assert found(made) == {("called_flow_missing", "c")}
    other = parsing.parse(flow(*PLAIN, code="other"))
    assert found(made, Surroundings(AROUND.roles, {}, {"other": other})) == set()
    back = parsing.parse(flow(ENDS, node("callActivity", "d", 'calledElement="trial"'), arrows("s>d>e"), code="other"))
    assert ("call_cycle", "c") in found(made, Surroundings(AROUND.roles, {}, {"other": back}))
    itself = flow(ENDS, node("callActivity", "c", 'calledElement="trial"'), arrows("s>c>e"))
    assert ("call_cycle", "c") in found(itself)


def test_roles_people_forms_meanings_and_variables_must_exist() -> None:
    asked = extension('<pestle:sets variable="weight"/><pestle:sets variable="nothing"/>')
    made = flow(
        ENDS, task("r", 'pestle:role="qa nobody"'), task("n", ""), task("p", 'pestle:person="who"'),
        task("f", 'pestle:role="qa" pestle:form="absent"'), task("g", 'pestle:role="qa" pestle:form="present"', asked),
        task("m", 'pestle:role="qa" pestle:meaning="guessed"'), task("t", 'pestle:role="qa" pestle:notBy="zz"'),
        task("o", 'pestle:role="qa" pestle:into="weight"', choice("ok")),
        task("q", 'pestle:role="qa" pestle:escalate="ghost"'),
        arrows("s>r>n>p>f>g>m>t>o>q>e"), variables={"weight": "decimal"},
    )  # fmt: skip
    around = Surroundings(AROUND.roles, {"present": {"weight": "text"}}, {})
    assert found(made, around) == {
        ("role_unknown", "r"), ("role_missing", "n"), ("variable_undeclared", "p"), ("form_missing", "f"),
        ("field_missing", "g"), ("variable_undeclared", "g"), ("meaning_unknown", "m"), ("task_unknown", "t"),
        ("variable_type_wrong", "o"), ("role_unknown", "q"),
    }  # fmt: skip


def test_every_expression_is_compiled_under_the_declared_variables() -> None:
    gate = node("exclusiveGateway", "x", 'default="x-e"')
    for condition, wrong in (
        ("weight > 2", False),
        ("weight > other", True),
        ("weight", True),
        ("weight >", True),
        ("import os", True),
        ("[1].map(a, [1].map(b, [1].map(c, [1].map(d, d))))[0] == 1", True),
        ("1 == 1 " + "&& 1 == 1 " * 300, True),
    ):
        made = flow(
            ENDS, gate, task("a"), arrows("s>x", f"x>a if {condition}", "x>e", "a>e"), variables={"weight": "decimal"}
        )
        assert (("expression_wrong", "x-a") in found(made)) is wrong, condition


def test_a_choice_needs_conditions_and_a_default() -> None:
    made = flow(ENDS, node("exclusiveGateway", "x"), task("a"), task("b"), arrows("s>x>a>e", "x>b>e"))
    assert found(made) == {("default_missing", "x"), ("condition_missing", "x-a"), ("condition_missing", "x-b")}


def test_ends_must_be_reached_from_everywhere() -> None:
    lost = flow(*PLAIN, task("b"), task("c"), arrows("b>c>b"))
    assert {("node_unreachable", "b"), ("end_unreachable", "b"), ("end_unreachable", "c")} <= found(lost)
    # The gateway always sends one token round again.
    never = flow(
        ENDS, node("exclusiveGateway", "m"), node("parallelGateway", "p"), task("a"), arrows("s>m>p>e", "p>a>m")
    )
    assert {("end_unreachable", "p"), ("end_unreachable", "a"), ("end_unreachable", "m")} <= found(never)


def test_joins_that_wait_for_ever_or_open_twice_are_named() -> None:
    split, join = node("exclusiveGateway", "x", 'default="x-b"'), node("parallelGateway", "j")
    waits = flow(ENDS, split, task("a"), task("b"), join, arrows("s>x", "x>a if 1 == 1", "x>b", "a>j>e", "b>j"))
    assert found(waits) == {("join_never_opens", "j")}
    twice = flow(
        ENDS, node("parallelGateway", "p"), task("a"), task("b"), task("c"), node("exclusiveGateway", "m"), join,
        arrows("s>p", "p>a>m", "p>b>m", "p>c>j", "m>j>e"),
    )  # fmt: skip
    assert found(twice) == {("token_twice", "j")}


def test_cycles_in_which_nobody_acts_and_timer_cycles_are_named() -> None:
    timer = "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1S</bpmn:timeDuration></bpmn:timerEventDefinition>"
    loop = flow(
        ENDS, node("exclusiveGateway", "m"), node("exclusiveGateway", "x", 'default="x-e"'),
        node("intermediateCatchEvent", "t", "", timer), arrows("s>m>t>x", "x>e", "x>m if 1 == 2"),
    )  # fmt: skip
    assert found(loop) == {("cycle_without_choice", "m"), *(("cycle_without_task", one) for one in "mtx")}
    cycle = timer.replace("timeDuration", "timeCycle").replace("PT1S", "R/PT1H")
    assert ("timer_cycle", "t") in found(flow(ENDS, node("intermediateCatchEvent", "t", "", cycle), arrows("s>t>e")))


def test_a_cycle_whose_way_out_nobody_in_it_can_open_is_named() -> None:
    gate = node("exclusiveGateway", "m") + node("exclusiveGateway", "x", 'default="x-m"')
    for setting, wrong in (("", True), (extension('<pestle:sets variable="fine"/>'), False)):
        made = flow(
            ENDS, gate, task("a", inner=setting), arrows("s>m>a>x", "x>e if fine", "x>m"), variables={"fine": "yes_no"}
        )
        assert found(made) == ({("cycle_without_choice", "a")} if wrong else set())


def test_a_variable_that_may_have_no_value_when_nothing_goes_on_without_is_named() -> None:
    setting = extension('<pestle:sets variable="people" required="true"/>')
    declared = extension('<pestle:variable name="people" type="list(person)" zh="人" en="People"/>')
    repeated = task(
        "b",
        'pestle:person="one"',
        '<bpmn:multiInstanceLoopCharacteristics pestle:collection="people" pestle:element="one"/>',
    )
    gate = node("exclusiveGateway", "x", 'default="x-b"')
    parts = declared + ENDS + task("a", inner=setting) + repeated + gate

    def made(*ways: str) -> bytes:
        process = f'<bpmn:process id="trial" isExecutable="true">{parts}{arrows(*ways)}</bpmn:process>'
        return f"{HEAD}{process}</bpmn:definitions>".encode()

    assert found(made("s>x", "x>a if 1 == 2", "x>b>e", "a>b")) == {("variable_unset", "b")}
    assert found(made("s>a>x", "x>b", "x>e if 1 == 2", "b>e")) == set()


def test_one_answer_names_everything() -> None:
    made = flow(
        ENDS, node("scriptTask", "x"), node("serviceTask", "y"), task("a", 'pestle:due="soon"'), arrows("s>a>e")
    )
    assert found(made) == {("element_unknown", "x"), ("element_unknown", "y"), ("duration_wrong", "a")}


def test_definitions_are_known_by_the_hash_of_their_bytes() -> None:
    one, two = parsing.parse(flow(*PLAIN)), parsing.parse(flow(*PLAIN) + b"\n")
    assert one.sha256 != two.sha256
    caller = parsing.parse(
        flow(ENDS, node("callActivity", "c", 'calledElement="trial"'), arrows("s>c>e"), code="caller")
    )
    assert publishing.link(caller, {"trial": one}).pins == {"caller": caller.sha256, "trial": one.sha256}


def test_every_code_has_words() -> None:
    folder = ROOT / "server" / "engines" / "flows"
    names = (
        "parsing",
        "nodes",
        "reading",
        "publishing",
        "soundness",
        "assigning",
        "living",
        "converting",
        "rewriting",
        "views",
        "approving",
    )
    text = "\n".join((folder / f"{name}.py").read_text() for name in names)
    codes = set(re.findall(r'(?:wrong|refuse|changed|Finding|append)\(\s*"([a-z]+(?:_[a-z]+)+)"', text))
    codes |= set(re.findall(r'self\.add\([^)]*"([a-z]+_added|empty_filled)"', text))
    known = {*words.FINDINGS, *words.CHANGES}
    assert codes <= known
    assert len(codes) > 60
    assert {one for one in known if f'"{one}"' not in text} == set()


def test_every_refusal_of_a_step_is_in_the_catalogue() -> None:
    text = "\n".join(path.read_text() for path in (ROOT / "server" / "engines" / "flows").glob("*.py"))
    codes = set(re.findall(r'FlowError\(\s*"([a-z_]+)"', text))
    assert len(codes) > 15
    assert codes <= set(CATALOGUE)
