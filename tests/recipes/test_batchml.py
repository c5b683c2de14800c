"""BatchML: what is written stands in the schemas of BatchML V0700, and is read back as it was."""

from copy import deepcopy
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from dispensing_support import API, DISPENSING, FILLER
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from packaging_support import CARTON
from recipe_support import content, master, step
from support import ROOT

from server.core.errors import PestleError
from server.demo import dispensing
from server.demo.content import PACKING, RECIPE
from server.recipes.batchml import NAMESPACE, written
from server.recipes.batchml_reading import read
from server.recipes.checking import check
from server.recipes.findings import Registers
from server.recipes.upgrading import upgraded

pytestmark = pytest.mark.urs("PRD-02")
SCHEMAS = ROOT.parent / "shared/data/b2mml"
there = pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the schemas of B2MML are not at ../shared/data/b2mml")
Made = dict[str, Any]


WORD = {"zh": "素片", "en": "cores"}


def whole() -> Made:
    """With every type of phase."""
    made = master()
    lines = step("25", "dispensing", "20", second="line", lines=[API, FILLER])
    made["phases"].insert(2, DISPENSING | lines)
    made["procedure"][0]["operations"][0]["phases"].append("25")
    made["phases"].append(step("70", "packaging", "60", printed=[CARTON]))
    made["procedure"][1]["operations"][0]["phases"].append("70")
    speed = next(one for one in made["phases"] if one["type"] == "parameters")
    speed["parameters"][0]["binding"] = {"signal": "speed"}
    speed["sampling"] = [{"id": "cores", "name": WORD, "amount": {"value": "20", "unit": "tablets"}}]
    return made


EVERY = {
    "every type of phase": whole(),
    "third form": master(),
    "old": content(),
    "demonstration": RECIPE,
    "packing": PACKING,
    "pilot": dispensing.RECIPE,
}


@cache
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMAS / "BatchML-BatchInformation.xsd"))


@there
@pytest.mark.parametrize("name", EVERY)
def test_what_is_written_stands_in_the_schema(name: str) -> None:
    schema().assertValid(etree.fromstring(written(EVERY[name])))


@pytest.mark.parametrize("name", EVERY)
def test_what_is_written_is_read_back_as_it_was(name: str) -> None:
    assert read(written(EVERY[name])) == upgraded(EVERY[name])


WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=9
)
NUMBERS = st.none() | st.decimals("-99", "99", places=3).map(str)


@st.composite
def masters(draw: st.DrawFn) -> Made:
    """Other words, limits, order, times and amounts: right or wrong, they are told."""
    made = whole()
    for phase in made["phases"]:
        phase["name"] = {"zh": draw(WORDS), "en": draw(WORDS)}
        phase["after"] = draw(st.lists(st.sampled_from([one["id"] for one in made["phases"]]), max_size=3, unique=True))
        phase["minutes"] = draw(st.none() | st.integers(0, 99))
        phase["candidates"] = draw(st.lists(WORDS.filter(str.strip), max_size=2))
        for one in phase.get("checks", phase.get("parameters", [])):
            one |= {"unit": draw(WORDS), "low": draw(NUMBERS), "high": draw(NUMBERS), "target": draw(NUMBERS)}
    for line in made["materials"]:
        line |= {"low": draw(NUMBERS), "kind": draw(st.sampled_from(["raw", "printed"])), "per_unit": None}
        line["quantity"] = draw(st.none() | st.just({"value": "1.50", "unit": "g"}))
    made["formula"]["total"] = draw(st.none() | st.just({"value": "3.0", "unit": "kg"}))
    return made


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(masters())
def test_whatever_a_recipe_says_is_read_back(made: Made) -> None:
    assert read(written(made)) == made


@there
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(masters())
def test_whatever_a_recipe_says_stands_in_the_schema(made: Made) -> None:
    schema().assertValid(etree.fromstring(written(made)))


def test_an_old_version_is_a_right_one_of_the_third_form() -> None:
    known = Registers(
        units={"api-1": "kg"},
        equipment={"BAL-07": "2-114"},
        classes=frozenset({"balance"}),
        rooms=frozenset({"2-114"}),
    )
    made = upgraded(content())
    assert [phase["after"] for phase in made["phases"]] == [[], ["10"], ["20"]]
    assert check(made, known) == []
    assert upgraded(made) == made


def test_what_another_system_has_changed_counts() -> None:
    text = written(master()).decode()
    changed = text.replace("12.640", "12.650").replace(">balance<", ">blender<")
    phases = read(changed.encode())["phases"]
    assert (phases[1]["target"], phases[1]["equipment"], phases[1]["decimals"]) == ("12.650", "blender", 3)


FOREIGN = f"""<MasterRecipe xmlns="{NAMESPACE}"><ID>MR-9</ID><Version>2</Version><Description>Syrup</Description>
<Header><ProductID>SYR</ProductID><BatchSize><Nominal>500</Nominal><UnitOfMeasure>L</UnitOfMeasure></BatchSize></Header>
<ProcedureLogic>
<Link><ID>1</ID><FromID><FromIDValue>S1</FromIDValue><FromType>Step</FromType><IDScope>Internal</IDScope></FromID>
<ToID><ToIDValue>T1</ToIDValue><ToType>Transition</ToType><IDScope>Internal</IDScope></ToID>
<LinkType>ControlLink</LinkType><Depiction>Line</Depiction></Link>
<Link><ID>2</ID><FromID><FromIDValue>T1</FromIDValue><FromType>Transition</FromType><IDScope>Internal</IDScope></FromID>
<ToID><ToIDValue>S2</ToIDValue><ToType>Step</ToType><IDScope>Internal</IDScope></ToID>
<LinkType>ControlLink</LinkType><Depiction>Line</Depiction></Link>
<Step><ID>S1</ID><RecipeElementID>charge</RecipeElementID><RecipeElementVersion>1</RecipeElementVersion></Step>
<Step><ID>S2</ID><RecipeElementID>heat</RecipeElementID><RecipeElementVersion>1</RecipeElementVersion></Step>
<Transition><ID>T1</ID><Condition>done</Condition></Transition>
</ProcedureLogic>
<RecipeElement><ID>U</ID><RecipeElementType>UnitProcedure</RecipeElementType>
<RecipeElement><ID>O</ID><RecipeElementType>Operation</RecipeElementType>
<RecipeElement><ID>charge</ID><Description>Charge</Description><RecipeElementType>Phase</RecipeElementType>
<BuildingBlockElementID>XFER_01</BuildingBlockElementID></RecipeElement>
<RecipeElement><ID>heat</ID><RecipeElementType>Phase</RecipeElementType>
<EquipmentRequirement><ID>kettle</ID></EquipmentRequirement>
<Parameter><ID>temp</ID><Description>Temperature</Description><ParameterType>ProcessParameter</ParameterType>
<Value><ValueString>80.5</ValueString><DataInterpretation>Constant</DataInterpretation><DataType>decimal</DataType>
<UnitOfMeasure>Cel</UnitOfMeasure></Value></Parameter></RecipeElement></RecipeElement></RecipeElement></MasterRecipe>
"""


@there
def test_the_foreign_document_is_one_of_the_schema() -> None:
    schema().assertValid(etree.fromstring(FOREIGN))


def test_a_document_of_another_system_becomes_a_draft() -> None:
    made = read(FOREIGN.encode())
    assert (made["recipe"], made["version"], made["size"]) == ("MR-9", 2, {"value": "500", "unit": "L"})
    charge, heat = made["phases"]
    assert (charge["type"], charge["name"]["zh"], charge["after"]) == ("instruction", "Charge", [])
    assert (heat["type"], heat["equipment"], heat["after"]) == ("parameters", "kettle", ["charge"])
    [temperature] = heat["parameters"]
    assert (temperature["target"], temperature["unit"], temperature["decimals"]) == ("80.5", "Cel", 1)
    known = Registers(classes=frozenset({"kettle"}))
    assert check(made, known) == []


def element(number: str, kind: str, *inner: str) -> str:
    """With a chart of its own, one element after the other, where the last of them is a list of links."""
    return (
        f"<RecipeElement><ID>{number}</ID><RecipeElementType>{kind}</RecipeElementType>{''.join(inner)}</RecipeElement>"
    )


def chart(*pairs: str) -> str:
    links = []
    for at, pair in enumerate(pairs):
        ends = zip(("From", "To"), pair.split(">"), strict=True)
        inner = [f"<{e}ID><{e}IDValue>{n}</{e}IDValue><{e}Type>Step</{e}Type></{e}ID>" for e, n in ends]
        links.append(f"<Link><ID>{at}</ID>{''.join(inner)}</Link>")
    names = dict.fromkeys(name for pair in pairs for name in pair.split(">"))
    steps = [f"<Step><ID>{name}</ID><RecipeElementID>{name}</RecipeElementID></Step>" for name in names]
    return f"<ProcedureLogic>{''.join(links + steps)}</ProcedureLogic>"


def order_of(*inner: str) -> dict[str, list[str]]:
    text = f'<MasterRecipe xmlns="{NAMESPACE}"><ID>M</ID>{"".join(inner)}</MasterRecipe>'
    return {one["id"]: one["after"] for one in read(text.encode())["phases"]}


def test_a_chart_for_each_level_says_the_order_of_phases() -> None:
    phases = [element(name, "Phase") for name in ("a", "b", "c")]
    first = element("O1", "Operation", chart("a>b", "a>c"), *phases)
    second = element("O2", "Operation", element("d", "Phase"), element("e", "Phase"))
    unit = element("U", "UnitProcedure", chart("O1>O2"), first, second)
    other = element("V", "UnitProcedure", element("O3", "Operation", element("f", "Phase")))
    ends = ["b", "c"]
    assert order_of(chart("U>V"), unit, other) == {
        "a": [],
        "b": ["a"],
        "c": ["a"],
        "d": ends,
        "e": ends,
        "f": ["d", "e"],
    }


def test_without_charts_phases_are_done_as_they_are_listed_wherever_they_stand() -> None:
    flat = [element(name, "Phase") for name in ("a", "b")]
    assert order_of(element("U", "UnitProcedure", element("O", "Operation", element("c", "Phase"))), *flat) == {
        "c": [],
        "a": ["c"],
        "b": ["a"],
    }


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"<BatchInformation/>",
        b'<!DOCTYPE x [<!ENTITY e "x">]><x>&e;</x>',
        b"<x>" * 400,
        b"<x>" + b" " * 2**21 + b"</x>",
        '<!DOCTYPE x><MasterRecipe xmlns="http://www.mesa.org/xml/B2MML"/>'.encode("utf-16"),
        "<MasterRecipe>\ud800</MasterRecipe>",
    ],
)
def test_what_is_no_master_recipe_is_refused(data: bytes | str) -> None:
    with pytest.raises(PestleError) as refused:
        read(data)
    assert refused.value.code == "recipe_file_unreadable"


def test_a_text_that_speaks_of_a_dtd_has_none() -> None:
    made = master(materials=[master()["materials"][0] | {"name": {"zh": "<!DOCTYPE x>", "en": "<!DOCTYPE x>"}}])
    assert read(written(made).replace(b"&lt;!DOCTYPE x&gt;", b"<![CDATA[<!DOCTYPE x>]]>")) == made


def _listed(count: int) -> str:
    return element("O", "Operation", *(element(f"p{at}", "Phase") for at in range(count)))


def _joined(links: int, ends: int = 1) -> str:
    """Links from each phase to the next, with so many ends on both sides."""
    sides = [
        "".join(f"<{side}ID><{side}IDValue>p{at}</{side}IDValue></{side}ID>" for at in range(ends))
        for side in ("From", "To")
    ]
    return f"<ProcedureLogic>{f'<Link>{sides[0]}{sides[1]}</Link>' * links}</ProcedureLogic>"


def _fan(count: int) -> str:
    """One transition between so many steps and so many others: few links that join very many pairs."""
    steps = [f"<Step><ID>s{at}</ID><RecipeElementID>p{at % 200}</RecipeElementID></Step>" for at in range(2 * count)]
    first = [f"<Link><FromID><FromIDValue>s{at}</FromIDValue></FromID>{_TO}</Link>" for at in range(count)]
    last = [f"<Link>{_FROM}<ToID><ToIDValue>s{count + at}</ToIDValue></ToID></Link>" for at in range(count)]
    return f"<ProcedureLogic>{''.join([*first, *last, *steps])}</ProcedureLogic>"


_TO, _FROM = "<ToID><ToIDValue>T</ToIDValue></ToID>", "<FromID><FromIDValue>T</FromIDValue></FromID>"


@pytest.mark.parametrize(
    ("inner", "says"),
    [
        (_listed(201), "201 phases"),
        (_joined(2001) + _listed(200), "2001 links"),
        (_joined(1, 45) + _listed(200), "2025 links"),
        (_fan(100) + _listed(200), "links"),
        ("<ProcedureLogic>" + "<Step/>" * 1001 + "</ProcedureLogic>" + _listed(1), "1001 steps"),
        ("".join(element("U", "UnitProcedure") for _ in range(1001)), "1001 elements"),
    ],
)
def test_a_document_with_more_than_anybody_draws_is_refused(inner: str, says: str) -> None:
    text = f'<MasterRecipe xmlns="{NAMESPACE}"><ID>M</ID>{inner}</MasterRecipe>'
    with pytest.raises(PestleError) as refused:
        read(text)
    assert (refused.value.code, says in refused.value.details["says"]) == ("recipe_file_unreadable", True)


def test_two_hundred_phases_are_read() -> None:
    names = [f"p{at}" for at in range(200)]
    made = order_of(chart(*(f"{a}>{b}" for a, b in pairwise(names))), _listed(200))
    assert made == {"p0": []} | {b: [a] for a, b in pairwise(names)}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_damaged_export_is_read_or_refused_and_never_fails(data: st.DataObject) -> None:
    whole_ = bytearray(written(deepcopy(EVERY["third form"])))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(whole_) - 60))
        del whole_[at : at + data.draw(st.integers(1, 50))]
    try:
        made = read(bytes(whole_))
    except PestleError:
        return
    check(made, Registers())
