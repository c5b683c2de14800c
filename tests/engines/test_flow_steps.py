"""Each construct of a flow by itself: what is open after which step, and how it ends."""

import json
from typing import Any

import pytest
from flow_support import AT, Driver, arrows, choice, extension, flow, node, task

from server.engines.flows import living, parsing
from server.engines.flows.model import FlowError
from server.engines.flows.publishing import link
from server.engines.flows.stepping import dump, load, step

pytestmark = pytest.mark.urs("ENG-02")
ENDS = node("startEvent", "s") + node("endEvent", "e")


def timer(text: str = "P5D") -> str:
    return f"<bpmn:timerEventDefinition><bpmn:timeDuration>{text}</bpmn:timeDuration></bpmn:timerEventDefinition>"


def boundary(identifier: str, host: str, inner: str, interrupting: bool = True) -> str:
    kept = "" if interrupting else 'cancelActivity="false"'
    return node("boundaryEvent", identifier, f'attachedToRef="{host}" {kept}', inner)


def repeat(until: str, sequential: bool = False) -> str:
    return (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}" '
        f'pestle:collection="people" pestle:element="one"><bpmn:completionCondition>{until}</bpmn:completionCondition>'
        "</bpmn:multiInstanceLoopCharacteristics>"
    )


def test_a_task_is_completed_once_and_only_while_it_is_open() -> None:
    driver = Driver(flow(ENDS, task("a"), task("b"), arrows("s>a>b>e")))
    first = driver.tasks()[0][0]
    driver.complete("a")
    before = driver.states[-1]
    with pytest.raises(FlowError, match="flow_task_not_open"):
        driver.take({"type": "completed", "task": first, "outcome": None, "values": {}})
    assert driver.states[-1] == before
    driver.complete("b")
    assert driver.ended == {"result": None}
    with pytest.raises(FlowError, match="flow_ended"):
        driver.take({"type": "cancelled"})


def test_an_exclusive_gateway_takes_the_first_way_that_holds_or_the_default() -> None:
    shown = task("a", 'pestle:role="qa" pestle:into="v"', choice("ok", "no", "none"))
    gate = node("exclusiveGateway", "x", 'default="x-d"')
    made = flow(
        ENDS, shown, gate, task("y"), task("z"), task("d"), node("exclusiveGateway", "m"),
        arrows("s>a>x", 'x>y if v == "ok"', 'x>z if v == "ok" || v == "no"', "x>d", "y>m>e", "z>m", "d>m"),
        variables={"v": "text"},
    )  # fmt: skip
    assert Driver(made).complete("a", "ok").open() == ["y"]
    assert Driver(made).complete("a", "no").open() == ["z"]
    assert Driver(made).complete("a", "none").open() == ["d"]


def test_a_condition_over_a_missing_value_does_not_hold() -> None:
    gate = node("exclusiveGateway", "x", 'default="x-d"')
    made = flow(
        ENDS, task("a"), gate, task("y"), task("d"), node("exclusiveGateway", "m"),
        arrows("s>a>x", 'x>y if v != "ok"', "x>d", "y>m>e", "d>m"), variables={"v": "text"},
    )  # fmt: skip
    assert Driver(made).complete("a").open() == ["d"]
    assert Driver(made, v="other").complete("a").open() == ["y"]


REJECTION = flow(
    ENDS, node("exclusiveGateway", "back"), node("parallelGateway", "p"), task("a"), task("b"),
    node("parallelGateway", "j"), task("review", 'pestle:role="qa" pestle:into="v"', choice("approve", "reject")),
    node("exclusiveGateway", "x", 'default="x-back"'),
    arrows("s>back>p", "p>a>j", "p>b>j", "j>review>x", 'x>e if v == "approve"', "x>back"), variables={"v": "text"},
)  # fmt: skip


@pytest.mark.parametrize("orders", [("ab", "ba", "ab"), ("ba", "ab", "ab"), ("ab", "ab", "ba"), ("ba", "ba", "ab")])
def test_a_parallel_join_in_a_rejection_loop_waits_in_every_round(orders: tuple[str, ...]) -> None:
    driver = Driver(REJECTION)
    for turn, order in enumerate(orders):
        driver.complete(order[0])
        assert driver.open() == [order[1]]
        driver.complete(order[1])
        assert driver.open() == ["review"]
        driver.complete("review", "approve" if turn == len(orders) - 1 else "reject")
    assert driver.ended
    assert driver.replayed() == driver.states


def test_an_inclusive_join_waits_for_those_that_were_chosen_and_no_others() -> None:
    made = flow(
        ENDS, task("a", 'pestle:role="qa"', extension('<pestle:sets variable="p"/><pestle:sets variable="q"/>')),
        node("inclusiveGateway", "o", 'default="o-d"'), task("x"), task("y"), task("d"), task("after"),
        node("inclusiveGateway", "j"), arrows("s>a>o", "o>x if p", "o>y if q", "o>d", "x>j", "y>j", "d>j>after>e"),
        variables={"p": "yes_no", "q": "yes_no"},
    )  # fmt: skip
    both = Driver(made).complete("a", p=True, q=True)
    assert both.open() == ["x", "y"]
    assert both.complete("y").open() == ["x"]
    assert both.complete("x").open() == ["after"]
    one = Driver(made).complete("a", p=False, q=True)
    assert one.open() == ["y"]
    assert one.complete("y").open() == ["after"]
    assert Driver(made).complete("a").open() == ["d"]


def test_an_inclusive_join_does_not_wait_for_a_token_that_comes_in_another_round() -> None:
    """Branch c could reach the join again over the loop behind the parallel join, but only after this round."""
    made = flow(
        ENDS, node("exclusiveGateway", "back"), node("parallelGateway", "p"), task("c"), task("x"), task("y"),
        node("inclusiveGateway", "o", 'default="o-y"'), node("inclusiveGateway", "j"), task("b"),
        node("parallelGateway", "k"), task("t", 'pestle:role="qa" pestle:into="v"', choice("again", "go")),
        node("exclusiveGateway", "w", 'default="w-e"'),
        arrows("s>back>p", "p>c>k", 'p>o', 'o>x if v == "again"', "o>y", "x>j", "y>j>b>k>t>w", "w>e",
               'w>back if v == "again"'),
        variables={"v": "text"},
    )  # fmt: skip
    driver = Driver(made).complete("y")
    assert driver.open() == ["b", "c"]
    driver.complete("b").complete("c").complete("t", "again")
    assert driver.open() == ["c", "x"]
    assert driver.complete("x").open() == ["b", "c"]
    assert driver.complete("c").complete("b").complete("t", "go").ended


def test_two_of_three_is_enough_and_the_third_is_withdrawn() -> None:
    until = 'size(outcomes.filter(o, o == "approve")) &gt;= 2 || size(outcomes.filter(o, o == "reject")) &gt;= 2'
    approving = task("a", 'pestle:person="one" pestle:into="votes"', choice("approve", "reject") + repeat(until))
    made = flow(
        ENDS, approving, task("b"), arrows("s>a>b>e"), variables={"people": "list(person)", "votes": "list(text)"}
    )
    driver = Driver(made, people=["li", "wu", "xu"])
    assert driver.state is not None
    assert [one.person for one in living.tasks(driver.flows, driver.state)] == ["li", "wu", "xu"]
    driver.complete("a", "approve").complete("a", "reject")
    assert driver.open() == ["a"]
    driver.complete("a", "approve")
    assert driver.open() == ["b"]
    assert living.variables(driver.state)["votes"] == ["approve", "reject", "approve"]
    two = Driver(made, people=["li", "wu", "xu"]).complete("a", "reject").complete("a", "reject")
    assert two.open() == ["b"]
    assert [one.what for one in two.steps[-1].happened if one.node == "a"] == [
        "closed",
        "withdrawn",
    ]


def test_a_sequential_repeat_asks_one_after_the_other_and_a_list_of_nobody_is_refused() -> None:
    asked = task("a", 'pestle:person="one"', repeat("done == 2", sequential=True))
    made = flow(ENDS, asked, arrows("s>a>e"), variables={"people": "list(person)"})
    driver = Driver(made, people=["li", "wu", "xu"])
    seen = []
    while not driver.ended:
        assert driver.state is not None
        seen += [one.person for one in living.tasks(driver.flows, driver.state)]
        driver.complete("a")
    assert seen == ["li", "wu"]
    nobody: Any
    for nobody in ([], None):
        with pytest.raises(FlowError, match="flow_value_missing"):
            Driver(made, people=nobody)


def test_a_sub_process_ends_when_all_in_it_has() -> None:
    inner = node("startEvent", "is") + node("parallelGateway", "ip") + task("x") + task("y")
    inner += node("endEvent", "ie") + node("endEvent", "if") + arrows("is>ip", "ip>x>ie", "ip>y>if")
    driver = Driver(flow(ENDS, node("subProcess", "u", "", inner), task("b"), arrows("s>u>b>e")))
    assert driver.complete("y").open() == ["x"]
    assert driver.complete("x").open() == ["b"]


def test_a_sub_process_is_repeated_for_each_item_which_it_sees() -> None:
    inner = node("startEvent", "is") + task("x", 'pestle:person="one"') + node("endEvent", "ie") + arrows("is>x>ie")
    made = flow(
        ENDS, node("subProcess", "u", "", repeat("done == total") + inner), task("b"), arrows("s>u>b>e"),
        variables={"people": "list(person)"},
    )  # fmt: skip
    driver = Driver(made, people=["li", "wu"])
    assert driver.state is not None
    assert [one.person for one in living.tasks(driver.flows, driver.state)] == ["li", "wu"]
    assert driver.complete("x").open() == ["x"]
    assert driver.complete("x").open() == ["b"]


def test_a_called_flow_has_variables_of_its_own_and_gives_back_what_was_asked_for() -> None:
    called = flow(
        ENDS, task("x", 'pestle:role="qa" pestle:into="answer"', choice("yes", "no")), arrows("s>x>e"),
        code="asking", variables={"question": "text", "answer": "text"},
    )  # fmt: skip
    passing = extension('<pestle:in variable="question" from="topic"/><pestle:out variable="got" from="answer"/>')
    made = flow(
        ENDS, node("callActivity", "c", 'calledElement="asking"', passing), task("b"), arrows("s>c>b>e"),
        variables={"topic": "text", "got": "text", "answer": "text"},
    )  # fmt: skip
    driver = Driver(made, called, topic="purity")
    assert driver.open() == ["x"]
    driver.complete("x", "yes")
    assert driver.state is not None
    assert living.variables(driver.state) == {"subject": "S-1", "starter": "zhang", "topic": "purity", "got": "yes"}
    assert set(driver.flows.pins) == {"trial", "asking"}


def test_an_interrupting_timer_takes_the_task_away_and_another_leaves_it() -> None:
    def made(interrupting: bool) -> Driver:
        late = boundary("b", "a", timer(), interrupting)
        return Driver(flow(ENDS, task("a"), late, task("l"), node("endEvent", "le"), arrows("s>a>e", "b>l>le")))

    with pytest.raises(FlowError, match="flow_timer_not_due"):
        made(True).fire("b", "2026-12-01T07:59:59.999Z")
    driver = made(True).fire("b", "2026-12-01T08:00:00.000Z")
    assert driver.open() == ["l"]
    driver = made(False).fire("b", "2026-12-25T08:00:00.000Z")
    assert driver.open() == ["a", "l"]
    assert driver.state
    assert driver.state["timers"] == {}
    assert driver.complete("a").open() == ["l"]
    assert driver.complete("l").ended
    left = made(False).complete("a")
    assert left.ended
    assert left.state
    assert left.state["timers"] == {}


def test_an_intermediate_timer_waits_until_a_date_that_a_variable_says() -> None:
    catch = node("intermediateCatchEvent", "c", "", timer().replace("timeDuration", "timeDate").replace("P5D", "until"))
    made = flow(ENDS, catch, task("a"), arrows("s>c>a>e"), variables={"until": "time"})
    driver = Driver(made, until="2027-01-01T00:00:00.000Z")
    assert driver.state is not None
    assert [one.due for one in living.timers(driver.flows, driver.state)] == ["2027-01-01T00:00:00.000Z"]
    assert driver.fire("c", "2027-01-01T00:00:00.000Z").open() == ["a"]
    with pytest.raises(FlowError, match="flow_value_missing"):
        Driver(made)


def test_messages_go_out_with_name_and_key_and_are_waited_for_by_both() -> None:
    around = '<bpmn:message id="m" name="released"/>'
    said = '<bpmn:messageEventDefinition messageRef="m" pestle:key="subject"/>'
    sending = flow(ENDS, node("intermediateThrowEvent", "t", "", said), task("a"), arrows("s>t>a>e"), around=around)
    sent = [one for one in Driver(sending).steps[0].happened if one.what == "sent"]
    assert [one.details for one in sent] == [{"name": "released", "key": "S-1"}]
    ending = flow(node("startEvent", "s"), node("endEvent", "e", "", said), task("a"), arrows("s>a>e"), around=around)
    assert [one.what for one in Driver(ending).complete("a").steps[-1].happened].count("sent") == 1
    catch = node("intermediateCatchEvent", "c", "", said)
    driver = Driver(flow(ENDS, catch, task("a"), arrows("s>c>a>e"), around=around))
    assert driver.state is not None
    assert [(one.name, one.key) for one in living.waits(driver.flows, driver.state)] == [("released", "S-1")]
    assert driver.receive("c").open() == ["a"]
    late = boundary("b", "a", said) + task("l") + node("endEvent", "le")
    driver = Driver(flow(ENDS, task("a"), late, arrows("s>a>e", "b>l>le"), around=around))
    assert driver.receive("b").open() == ["l"]


def test_an_error_leaves_the_sub_process_by_its_boundary_and_takes_the_rest_along() -> None:
    around = '<bpmn:error id="bad" errorCode="bad"/><bpmn:error id="odd" errorCode="odd"/>'
    thrown = node("endEvent", "ie", "", '<bpmn:errorEventDefinition errorRef="bad"/>')
    inner = node("startEvent", "is") + node("parallelGateway", "ip") + task("x") + task("y") + node("endEvent", "if")
    inner += thrown + arrows("is>ip", "ip>x>ie", "ip>y>if")
    caught = '<bpmn:errorEventDefinition errorRef="{}"/>'
    parts = (ENDS, node("subProcess", "u", "", inner), task("r"), node("endEvent", "re"), arrows("s>u>e", "b>r>re"))
    driver = Driver(flow(*parts, boundary("b", "u", caught.format("bad")), around=around))
    assert driver.complete("x").open() == ["r"]
    assert {one.node for one in driver.steps[-1].happened if one.what == "withdrawn"} == {"u", "y"}
    uncaught = Driver(flow(*parts, boundary("b", "u", caught.format("odd")), around=around))
    assert uncaught.complete("x").ended == {"result": "error:bad"}


def test_an_error_of_a_called_flow_is_caught_by_the_caller() -> None:
    around = '<bpmn:error id="bad" errorCode="bad"/>'
    thrown = node("endEvent", "ie", "", '<bpmn:errorEventDefinition errorRef="bad"/>')
    called = flow(node("startEvent", "s"), task("x"), thrown, arrows("s>x>ie"), code="asking", around=around)
    every = boundary("b", "c", "<bpmn:errorEventDefinition/>")
    made = flow(
        ENDS, node("callActivity", "c", 'calledElement="asking"'), every, task("r"), node("endEvent", "re"),
        arrows("s>c>e", "b>r>re"),
    )  # fmt: skip
    assert Driver(made, called).complete("x").open() == ["r"]


def test_a_terminate_end_ends_its_scope_and_no_more() -> None:
    stop = node("endEvent", "ie", "", "<bpmn:terminateEventDefinition/>")
    inner = node("startEvent", "is") + node("parallelGateway", "ip") + task("x") + task("y") + node("endEvent", "if")
    inner += stop + arrows("is>ip", "ip>x>ie", "ip>y>if")
    driver = Driver(flow(ENDS, node("subProcess", "u", "", inner), task("b"), arrows("s>u>b>e")))
    assert driver.complete("x").open() == ["b"]


def test_a_result_is_what_the_last_end_says_and_cancelling_ends_everything() -> None:
    ended = node("endEvent", "e", 'pestle:result="approved"')
    driver = Driver(flow(node("startEvent", "s"), ended, task("a"), boundary("b", "a", timer(), False), task("l"),
                         node("endEvent", "le"), arrows("s>a>e", "b>l>le")))  # fmt: skip
    driver.fire("b", "2026-12-25T08:00:00.000Z").complete("a").complete("l")
    assert driver.ended == {"result": "approved"}
    driver = Driver(REJECTION).complete("a")
    driver.take({"type": "cancelled"})
    assert driver.ended == {"result": "cancelled"}
    left = {"subject": "S-1", "starter": "zhang"}
    gone: dict[str, Any] = {"scopes": {}, "acts": {}, "timers": {}, "waits": {}}
    assert driver.state == {"n": 3, **gone, "ended": driver.ended, "vars": left}


def test_a_loop_of_gateways_that_runs_by_itself_is_stopped_without_recursion() -> None:
    made = flow(
        ENDS, node("exclusiveGateway", "m"), node("exclusiveGateway", "x", 'default="x-m"'),
        arrows("s>m>x", "x>m", "x>e if p"), variables={"p": "yes_no"},
    )  # fmt: skip
    with pytest.raises(FlowError, match="flow_runs_on"):
        Driver(made)


def test_what_a_task_is_given_is_checked() -> None:
    sets = extension('<pestle:sets variable="weight" required="true"/><pestle:sets variable="on"/>')
    made = flow(ENDS, task("a", 'pestle:role="qa"', sets), arrows("s>a>e"),
                variables={"weight": "decimal", "on": "date", "hidden": "text"})  # fmt: skip
    for values, code in (
        ({}, "flow_value_missing"),
        ({"weight": "1.5", "hidden": "x"}, "flow_variable_unknown"),
        ({"weight": 1.5}, "flow_value_wrong"),
        ({"weight": "1,5"}, "flow_value_wrong"),
        ({"weight": "NaN"}, "flow_value_wrong"),
        ({"weight": "1.50", "on": "2026-02-30"}, "flow_value_wrong"),
        ({"weight": "1.50", "on": "\ud800"}, "flow_value_wrong"),
    ):
        with pytest.raises(FlowError, match=code):
            Driver(made).complete("a", **values)
    with pytest.raises(FlowError, match="flow_outcome_unknown"):
        Driver(made).complete("a", "approve", weight="1.50")
    assert Driver(made).complete("a", weight="1.50", on="2026-02-28").ended


def test_a_state_is_small_canonical_json() -> None:
    driver = Driver(REJECTION).complete("a")
    again = load(driver.states[-1])
    assert dump(json.loads(json.dumps(again))) == driver.states[-1]
    assert len(driver.states[-1]) < 250
    assert driver.states[-1].index(b'"acts"') < driver.states[-1].index(b'"scopes"')


def test_an_instance_moves_to_a_version_that_has_everything_that_is_live() -> None:
    driver = Driver(REJECTION).complete("a")
    assert driver.state is not None

    def problems(data: bytes) -> list[tuple[str, str | None]]:
        other = link(parsing.parse(data), {})
        assert driver.state is not None
        return [(one.code, one.element) for one in living.moving_problems(driver.flows, other, driver.state)]

    longer = REJECTION.replace(b"<bpmn:endEvent", task("extra").encode() + b"<bpmn:endEvent").replace(
        b'id="x-e" sourceRef="x" targetRef="e"', b'id="x-e" sourceRef="x" targetRef="extra"'
    ).replace(b"</bpmn:process>", arrows("extra>e").encode() + b"</bpmn:process>")  # fmt: skip
    assert problems(longer) == []
    other = link(parsing.parse(longer), {})
    state = step(other, driver.state, {"type": "completed", "at": AT, "task": driver.tasks()[0][0], "values": {}}).state
    state = step(other, state, {"type": "completed", "at": AT, "task": "4", "outcome": "approve", "values": {}}).state
    assert [one.node.id for one in living.tasks(other, state)] == ["extra"]
    assert problems(REJECTION.replace(b'"b"', b'"bb"')) == [("live_node_missing", "b")]
    assert problems(REJECTION.replace(b'"a-j"', b'"a2-j"')) == [("live_way_missing", "j")]
    parallel, inclusive = node("parallelGateway", "j").encode(), node("inclusiveGateway", "j").encode()
    assert problems(REJECTION.replace(parallel, inclusive)) == [("live_node_changed", "j")]
