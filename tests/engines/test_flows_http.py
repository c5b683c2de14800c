"""Flows from the first drawing to an ended instance: submitted, approved by another, worked on, moved, replayed."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from approval_support import approval_of, approve, sign
from flask.testing import FlaskClient
from flow_support import HEAD, arrows, extension, node
from form_support import form, section, submission, text
from plant import PASSWORD, PlantUnderTest, number_of
from sqlalchemy import Connection

from server.alerts.watch import Watch
from server.core import clock, rebuild
from server.core.errors import PestleError
from server.core.kinds import Entry, Fact
from server.engines.flows import kinds, packing, projection, queries, running

pytestmark = pytest.mark.urs("ENG-02")
CODE = "request"
Json = dict[str, Any]


def words(code: str, zh: str) -> str:
    return f'<pestle:outcome code="{code}" zh="{zh}" en="{code}"/>'


def drawing(first: str = "ask", more: str = "", form: str = "") -> str:
    """QC asks; QA or an engineer approves by signature, and not who asked; what is refused goes back."""
    asked = extension('<pestle:sets variable="why" required="true"/>')
    approve = extension(words("yes", "同意") + words("no", "退回"))
    parts = (
        node("startEvent", "s")
        + node("exclusiveGateway", "m")
        + node("userTask", first, f'name="申请" pestle:nameEn="Ask" pestle:role="qc" pestle:due="P5D" {form}', asked)
        + node(
            "userTask",
            "approve",
            f'pestle:role="qa qc" pestle:notBy="{first}" pestle:meaning="approved" pestle:into="decision"',
            approve,
        )
        + node("exclusiveGateway", "x", 'default="x-m"')
        + node("boundaryEvent", "late", f'attachedToRef="{first}" cancelActivity="false"', _timer("P3D"))
        + node("userTask", "remind", 'pestle:role="supervisor"')
        + node("endEvent", "e", 'pestle:result="approved"')
        + node("endEvent", "reminded")
        + arrows(f"s>m>{first}>approve>x", 'x>e if decision == "yes"', "x>m", "late>remind>reminded")
    )
    variables = extension(
        '<pestle:variable name="why" type="text" zh="理由" en="Why"/>'
        '<pestle:variable name="decision" type="text" zh="决定" en="Decision"/>' + more
    )
    process = f'<bpmn:process id="{CODE}" name="请求" pestle:nameEn="Request" isExecutable="true">{variables}{parts}'
    return f"{HEAD}{process}</bpmn:process></bpmn:definitions>"


def _timer(text: str) -> str:
    return f"<bpmn:timerEventDefinition><bpmn:timeDuration>{text}</bpmn:timeDuration></bpmn:timerEventDefinition>"


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    yield made
    made.close()


def post(client: FlaskClient, path: str, status: int = 200, **body: Any) -> Any:
    answer = client.post(f"/api{path}", json=body)
    assert answer.status_code == status, (path, answer.text)
    return answer.json


def signed(login: str, **more: Any) -> Json:
    return {"login": login, "password": PASSWORD, **more}


def submitted(engineer: FlaskClient, xml: str, number: int = 1) -> Json:
    view = engineer.get(f"/api/flows/{CODE}").json
    revision = (view.get("draft") or {}).get("revision")
    kept = post(engineer, f"/flows/{CODE}/draft", revision=revision, xml=xml)
    body = kept | {"version": number, "meaning": "prepared", "reason": "first"}
    view = post(engineer, f"/flows/{CODE}/versions", 201, **signed("zhou"), **body)
    version: Json = view["versions"][0]
    assert (version["state"], view["draft"]) == ("submitted", None)
    return version


def approved(site: PlantUnderTest, xml: str, number: int = 1) -> Json:
    version = submitted(site.client("zhou"), xml, number)
    approve(site.plant, f"flow/{CODE}/{number}", {"review_supervisor": "P-0003"}, "P-0004", comment="sound")
    found: Json = site.client("li").get(f"/api/flows/{CODE}").json["versions"][0]
    assert (found["state"], found["decided"]["reason"]) == ("effective", "sound")
    return version


def sound(site: PlantUnderTest) -> bool:
    """Whether a rebuild makes the same tables from the log alone."""
    return bool(rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"])


def later(span: timedelta) -> None:
    now = clock.now() + span
    clock.use(lambda: now)


def begun(client: FlaskClient, subject: str = "S-1") -> str:
    number: str = post(client, f"/flows/{CODE}/instances", 201, subject=subject, values=[])["instance"]
    return number


def shown(client: FlaskClient, number: str) -> int:
    """How far the history goes that whoever looks now is shown."""
    seen: int = client.get(f"/api/instances/{number}").json["seen"]
    return seen


def open_tasks(client: FlaskClient, number: str) -> dict[str, Json]:
    return {one["node"]: one for one in client.get(f"/api/instances/{number}").json["tasks"]}


WHY = [{"variable": "why", "value": ["because"]}]


def test_a_request_is_approved_by_another_after_it_came_back_once_and_every_step_is_an_entry(
    site: PlantUnderTest,
) -> None:
    approved(site, drawing())
    qc, qa = site.client("zhao"), site.client("li")
    number = begun(qc)
    ask = open_tasks(qc, number)["ask"]
    assert (ask["mine"], ask["name"], [one["name"] for one in ask["sets"]]) == (
        True,
        {"zh": "申请", "en": "Ask"},
        ["why"],
    )
    assert open_tasks(qa, number)["ask"]["mine"] is False
    done = {"outcome": None, "values": WHY, "comment": "please"}
    assert post(qa, f"/instances/{number}/tasks/{ask['id']}/complete", 403, **done)["code"] == "flow_role_needed"
    nothing = {**done, "values": []}
    assert post(qc, f"/instances/{number}/tasks/{ask['id']}/complete", 422, **nothing)["code"] == "flow_value_missing"
    post(qc, f"/instances/{number}/tasks/{ask['id']}/complete", **done)

    task = open_tasks(qa, number)["approve"]["id"]
    decided = {"outcome": "no", "values": [], "comment": None, "seen": shown(qa, number)}
    path = f"/instances/{number}/tasks/{task}/complete"
    assert post(qa, path, 422, **decided)["code"] == "flow_signature_needed"
    own = post(qc, path, 403, **decided, **signed("zhao", meaning="approved"))
    assert own["code"] == "flow_not_by_same"
    wrong = post(qa, path, 422, **decided, **signed("li", meaning="released"))
    assert wrong["code"] == "flow_signature_needed"
    back = post(qa, path, **decided, **signed("li", meaning="approved"))
    assert [one["node"] for one in back["tasks"]] == ["ask"]

    again = open_tasks(qc, number)["ask"]["id"]
    post(qc, f"/instances/{number}/tasks/{again}/complete", **done)
    task = open_tasks(qa, number)["approve"]["id"]
    yes = {"outcome": "yes", "values": [], "comment": "fine", "seen": shown(qa, number)}
    yes |= signed("li", meaning="approved")
    view = post(qa, f"/instances/{number}/tasks/{task}/complete", **yes)
    assert (view["ended"]["result"], view["tasks"], view["live"]) == ("approved", [], [])
    assert [one["value"] for one in view["variables"]] == ["because", "yes"]
    told = [(one["event"], one["node"]) for one in view["history"] if one["event"] == "completed"]
    assert told == [("completed", "ask"), ("completed", "approve")] * 2
    signatures = [one for one in site.payloads(kinds.TASK_SIGNED) if one["instance"] == number]
    assert len(signatures) == len(site.entries("flows.task_completed.v1")) == 2
    [ended] = [one for one in site.payloads("flows.instance_ended.v1") if one["instance"] == number]
    assert (ended["subject"], ended["result"]) == ("S-1", "approved")
    assert sound(site)


def test_whoever_drew_a_version_does_not_approve_it_and_a_changed_drawing_is_not_what_was_signed(
    site: PlantUnderTest,
) -> None:
    version = submitted(site.client("zhou"), drawing())
    number = approval_of(site.plant, "flow-approval", f"flow/{CODE}/1")
    said = {"flow": CODE, "version": 1, "sha256": "0" * 64, "reason": None, "instance": number}
    for sha256, code in ((said["sha256"], "flow_version_wrong"), (version["sha256"], "flow_approval_missing")):
        with pytest.raises(PestleError, match=code):
            site.state(kinds.APPROVED, f"flow/{CODE}", said | {"sha256": sha256}, actor="P-0004")
    sign(site.plant, number, "review_supervisor", "P-0003", "return", "reviewed", comment="nobody closes it")
    found = site.client("zhou").get(f"/api/flows/{CODE}").json["versions"][0]
    assert (found["state"], found["decided"]["reason"]) == ("rejected", "nobody closes it")
    refused = site.client("zhao").post(f"/api/flows/{CODE}/instances", json={"subject": "S", "values": []})
    assert refused.json["code"] == "flow_not_in_force"


def test_two_who_draw_at_once_lose_nothing(site: PlantUnderTest) -> None:
    engineer = site.client("zhou")
    post(engineer, f"/flows/{CODE}/draft", revision=None, xml=drawing())
    again = post(engineer, f"/flows/{CODE}/draft", 409, revision=None, xml=drawing("other"))
    assert (again["code"], again["details"]["revision"]) == ("flow_draft_changed", 1)
    assert "other" not in engineer.get(f"/api/flows/{CODE}").json["draft"]["xml"]


def test_the_check_names_the_element_and_what_is_faulty_is_not_submitted(site: PlantUnderTest) -> None:
    engineer = site.client("zhou")
    faulty = drawing().replace('pestle:role="supervisor"', 'pestle:role="nobody"')
    [found] = post(engineer, "/flows/check", xml=faulty)["findings"]
    assert (found["code"], found["element"]) == ("role_unknown", "remind")
    kept = post(engineer, f"/flows/{CODE}/draft", revision=None, xml=faulty)
    body = kept | {"version": 1, "meaning": "prepared", "reason": "first"}
    answer = post(engineer, f"/flows/{CODE}/versions", 422, **signed("zhou"), **body)
    assert answer["code"] == "flow_faulty"
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + drawing()
    assert post(engineer, "/flows/check", xml=bomb)["findings"] != []


def test_a_drawing_is_walked_through_and_nothing_is_kept(site: PlantUnderTest) -> None:
    engineer = site.client("zhou")
    first = post(engineer, "/flows/walk", xml=drawing(), events=[])
    assert [one["node"] for one in first["tasks"]] == ["ask"]
    task = {"complete": first["tasks"][0]["id"], "outcome": None, "values": WHY}
    fired = post(engineer, "/flows/walk", xml=drawing(), events=[{"fire": first["timers"][0]["id"]}])
    assert sorted(one["node"] for one in fired["tasks"]) == ["ask", "remind"]
    second = post(engineer, "/flows/walk", xml=drawing(), events=[task])
    yes = {"complete": second["tasks"][0]["id"], "outcome": "yes", "values": []}
    last = post(engineer, "/flows/walk", xml=drawing(), events=[task, yes])
    assert (last["ended"], last["tasks"], last["variables"]["decision"]) == ("approved", [], "yes")
    assert last["visited"]["approve"] == 1
    assert site.entries("flows.instance_started.v1") == []


def test_time_fires_once_in_order_and_not_before(site: PlantUnderTest) -> None:
    approved(site, drawing())
    qc = site.client("zhao")
    numbers = [begun(qc, f"S-{n}") for n in range(3)]
    assert running.fire_due(site.plant) == 0
    with site.reading() as connection:
        due, _, name = queries.due_timers(connection, "2999")[0]
    # Whoever lets time pass too early changes nothing: it comes when it comes.
    early = {"instance": numbers[0], "timer": name, "due": due}
    [told] = site.plant.recorder.state(Fact(kinds.FIRED, kinds.instance_stream(numbers[0]), early))
    assert told.flags == ("flow_timer_not_due",)
    later(timedelta(days=3, seconds=1))
    assert running.fire_due(site.plant) == 3
    assert running.fire_due(site.plant) == 0
    fired = [payload["instance"] for payload in site.payloads("flows.timer_fired.v1")]
    assert fired == [numbers[0], *numbers]
    assert set(open_tasks(site.client("zhao"), numbers[0])) == {"ask", "remind"}
    assert sound(site)


def test_work_is_what_waits_for_me_or_my_roles_what_is_due_first(site: PlantUnderTest) -> None:
    approved(site, drawing())
    qc = site.client("zhao")
    numbers = [begun(qc, f"S-{n}") for n in range(3)]
    mine = qc.get("/api/my-work").json
    assert (mine["total"], [one["subject"] for one in mine["items"]]) == (3, ["S-0", "S-1", "S-2"])
    assert qc.get("/api/my-work?q=s-1").json["total"] == 1
    two = qc.get("/api/my-work?limit=2").json
    assert (two["total"], [one["subject"] for one in two["items"]]) == (3, ["S-0", "S-1"])
    waiting = [one for one in qc.get("/api/home/tasks").json["items"] if one["code"].startswith("flow")]
    told = [(one["code"], one["about"]) for one in waiting]
    assert told == [("flow_task_due", f"S-{n}") for n in range(3)]
    assert site.client("li").get("/api/my-work").json["total"] == 0
    task = mine["items"][0]["task"]
    view = post(qc, f"/instances/{numbers[0]}/tasks/{task}/claim", given_back=False)
    assert view["tasks"][0]["claimed_by"]["id"] == view["started"]["by"]["id"]
    post(qc, f"/instances/{numbers[0]}/tasks/{task}/comment", text="<script>alert(1)</script>", attachments=[])
    said = qc.get(f"/api/instances/{numbers[0]}").json["history"][-1]
    assert (said["event"], said["comment"]) == ("commented", "<script>alert(1)</script>")
    others = qc.get(f"/api/instances/{numbers[0]}/tasks/{task}/candidates").json["items"]
    wrong = post(qc, f"/instances/{numbers[0]}/tasks/{task}/delegate", 422, to="P-0006", reason="away")
    assert (others, wrong["code"]) == ([], "flow_delegate_wrong")


def test_an_instance_keeps_its_version_and_is_moved_only_where_everything_live_is_there(site: PlantUnderTest) -> None:
    approved(site, drawing())
    qc, qa = site.client("zhao"), site.client("li")
    number = begun(qc)
    approved(site, drawing("ask2"), 2)
    assert (qa.get(f"/api/instances/{number}").json["version"], begun(qc) != number) == (1, True)
    refused = post(qa, f"/instances/{number}/move", 409, version=2, reason="new")
    assert refused["code"] == "flow_move_refused"
    assert refused["details"]["findings"][0]["element"] == "ask"
    assert "other version" in refused["details"]["findings"][0]["what"]["en"]
    more = '<pestle:variable name="extra" type="text" zh="a" en="a"/>'
    approved(site, drawing(more=more), 3)
    view = post(qa, f"/instances/{number}/move", version=3, reason="new")
    assert (view["version"], view["history"][-1]["event"]) == (3, "moved")
    task = open_tasks(qc, number)["ask"]["id"]
    view = post(qc, f"/instances/{number}/tasks/{task}/complete", outcome=None, values=WHY, comment=None)
    assert [one["node"] for one in view["tasks"]] == ["approve"]
    gone = post(qa, f"/instances/{number}/cancel", reason="not needed")
    assert gone["ended"]["result"] == "cancelled"
    assert sound(site)


def test_a_moved_task_is_for_those_whom_the_new_version_names_also_where_it_was_handed_on(site: PlantUnderTest) -> None:
    before = drawing().replace('pestle:role="qc" pestle:due="P5D"', 'pestle:role="qc supervisor" pestle:due="P5D"')
    approved(site, before)
    qc, qa, supervisor = site.client("zhao"), site.client("li"), site.client("chen")
    numbers = [begun(qc, "S-0"), begun(qc, "S-1")]
    tasks = [open_tasks(qc, number)["ask"]["id"] for number in numbers]
    handed = {"to": number_of("chen"), "reason": "away"}
    post(qc, f"/instances/{numbers[1]}/tasks/{tasks[1]}/delegate", **handed)
    assert open_tasks(supervisor, numbers[1])["ask"]["mine"] is True
    after = drawing().replace('name="申请" pestle:nameEn="Ask" pestle:role="qc"', 'name="提出" pestle:role="qa"')
    approved(site, after.replace("P5D", "P6D"), 2)
    views = [post(qa, f"/instances/{number}/move", version=2, reason="qa asks now") for number in numbers]
    assert [[one["name"]["zh"] for one in view["tasks"]] for view in views] == [["提出"], ["提出"]]
    found = [client.get("/api/my-work").json["items"] for client in (qc, qa, supervisor)]
    assert [[one["subject"] for one in items] for items in found] == [[], ["S-0"], ["S-1"]]
    assert found[1][0]["due_at"] > clock.text(clock.now() + timedelta(days=5, hours=1))
    done = {"outcome": None, "values": WHY, "comment": None}
    refused = post(supervisor, f"/instances/{numbers[1]}/tasks/{tasks[1]}/complete", 403, **done)
    assert refused["code"] == "flow_role_needed"
    assert sound(site)


def calling(flow: str) -> str:
    """A drawing that asks and then calls another flow."""
    call = node("callActivity", "c", f'calledElement="{flow}"')
    return (
        drawing()
        .replace('<bpmn:exclusiveGateway id="m"', f'{call}<bpmn:exclusiveGateway id="m"')
        .replace('sourceRef="s" targetRef="m"', 'sourceRef="s" targetRef="c"')
        .replace("</bpmn:process>", arrows("c>m") + "</bpmn:process>")
    )


def test_a_flow_of_the_plant_may_call_one_that_came_with_the_product_and_was_never_used(site: PlantUnderTest) -> None:
    approved(site, drawing())
    moved = begun(site.client("zhao"))
    approved(site, calling("change"), 2)
    view = post(site.client("li"), f"/instances/{moved}/move", version=2, reason="new")
    assert (view["version"], [one["node"] for one in view["tasks"]]) == (2, ["ask"])
    assert [one["flow"] for one in site.payloads("flows.version_delivered.v1")] == ["flow-approval", "change"]
    begun(site.client("zhao"))
    assert sound(site)


def test_one_timer_that_cannot_be_fired_keeps_no_other_from_it(
    site: PlantUnderTest, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    approved(site, drawing())
    numbers = [begun(site.client("zhao"), f"S-{n}") for n in range(3)]
    later(timedelta(days=3, seconds=1))
    taken = projection.taken

    def failing(connection: Connection, entry: Entry) -> Any:
        if entry.payload["instance"] == numbers[1]:
            raise ValueError("nothing works here")
        return taken(connection, entry)

    with monkeypatch.context() as patched:
        patched.setattr(projection, "taken", failing)
        assert running.fire_due(site.plant) == 2
    assert "nothing works here" in capsys.readouterr().err
    assert [one["instance"] for one in site.payloads("flows.timer_fired.v1")] == [numbers[0], numbers[2]]
    assert running.fire_due(site.plant) == 1
    assert sound(site)


def test_what_is_said_twice_or_too_much_of_one_variable_is_refused_and_not_passed_over(site: PlantUnderTest) -> None:
    approved(site, drawing())
    qc = site.client("zhao")
    number = begun(qc)
    path = f"/instances/{number}/tasks/{open_tasks(qc, number)['ask']['id']}/complete"
    for values in ([*WHY, {"variable": "why", "value": ["another"]}], [{"variable": "why", "value": ["a", "b"]}]):
        assert post(qc, path, 422, outcome=None, values=values, comment=None)["code"] == "flow_value_wrong"


def test_what_is_packed_comes_back_byte_for_byte_and_a_bomb_does_not() -> None:
    data = drawing().encode()
    text = packing.pack(data)
    assert text is not None
    assert packing.unpack(text) == data
    bomb = packing.pack(b"a" * 2_000_001)
    assert bomb is not None
    assert packing.unpack(bomb) is None
    assert [packing.unpack(one) for one in ("", "x", "AAAA", text[:-8])] == [None] * 4


def test_the_flows_that_come_with_the_product_are_taken_into_the_log_when_one_is_first_used(
    site: PlantUnderTest,
) -> None:
    code = next(iter(queries.delivered()))
    with site.reading() as connection:
        assert queries.in_force(connection, code) is not None
    running.deliver(site.plant, code)
    running.deliver(site.plant, code)
    taken = [payload["flow"] for payload in site.payloads("flows.version_delivered.v1")]
    assert taken.count(code) == 1
    assert sound(site)


def form_approved(site: PlantUnderTest) -> None:
    engineer = site.client("zhou")
    definition = form(section("s", text("why", required=True)), code="request-form")
    saved = post(engineer, "/forms/request-form/draft", revision=None, definition=definition)
    signed = submission(definition, saved["revision"]) | {"login": "zhou", "password": PASSWORD}
    post(engineer, "/forms/request-form/versions", 201, **signed)
    approve(site.plant, "form/request-form/1", {"review_supervisor": "P-0003"}, "P-0004")


def test_a_task_with_a_form_takes_what_its_completed_record_says(site: PlantUnderTest) -> None:
    faulty = post(site.client("zhou"), "/flows/check", xml=drawing(form='pestle:form="request-form"'))["findings"]
    assert [one["code"] for one in faulty] == ["form_missing"]
    form_approved(site)
    approved(site, drawing(form='pestle:form="request-form"'))
    qc = site.client("zhao")
    number = begun(qc)
    task = open_tasks(qc, number)["ask"]["id"]
    path = f"/instances/{number}/tasks/{task}"
    done = {"outcome": None, "values": WHY, "comment": None}
    assert post(qc, f"{path}/complete", 409, **done)["code"] == "flow_form_open"
    assert post(site.client("zhang"), f"{path}/record", 403)["code"] == "flow_role_needed"
    # Who may fill in forms opens none for a task that is not theirs, and nobody opens a second.
    own = {"form": "request-form", "subject": f"{number}/{task}"}
    assert post(site.client("zhang"), "/records", 403, **own)["code"] == "flow_role_needed"
    record = post(qc, f"{path}/record", 201)["record"]
    assert post(qc, f"{path}/record", 201)["record"] == record
    assert post(qc, "/records", 409, **own)["code"] == "flow_record_known"
    assert post(qc, "/records", 409, **own | {"subject": f"{number}/99"})["code"] == "flow_task_not_open"
    post(qc, "/records", 201, **own | {"subject": "elsewhere/1"})
    said = {"path": "why", "value": "the room", "source": {"type": "typed", "device": None, "entry": None}}
    values = [said | {"comment": None}]
    post(qc, f"/records/{record}/values", values=values, corrects=None, reason=None)
    post(qc, f"/records/{record}/complete")
    [shown] = open_tasks(qc, number)["ask"]["record"]["values"]
    assert shown == {"variable": "why", "value": ["the room"]}
    assert post(qc, f"{path}/complete", 409, **done)["code"] == "flow_form_differs"
    view = post(qc, f"{path}/complete", **{**done, "values": [shown]})
    assert [one["value"] for one in view["variables"]] == ["the room", None]
    assert sound(site)


@pytest.mark.urs("HMI-04")
def test_people_are_told_of_what_waits_for_them_and_of_what_is_late_until_it_is_done(site: PlantUnderTest) -> None:
    approved(site, drawing())
    qc, supervisor = site.client("zhao"), site.client("chen")
    watch = Watch(site.plant, lambda: None)
    watch.listen()
    number = begun(supervisor)
    watch.listen()
    assert told(qc) == [("flow_task_waiting", f"/instances/{number}")]
    assert told(site.client("li")) == []
    later(timedelta(days=5, minutes=1))
    qc, supervisor = site.client("zhao"), site.client("chen")
    running.fire_due(site.plant)
    watch.listen()
    watch.sweep()
    assert told(supervisor) == [("flow_task_waiting", f"/instances/{number}")]
    assert sorted(told(qc)) == [
        ("flow_task_overdue", f"/instances/{number}"),
        ("flow_task_waiting", f"/instances/{number}"),
    ]
    task = open_tasks(qc, number)["ask"]["id"]
    post(qc, f"/instances/{number}/tasks/{task}/complete", outcome=None, values=WHY, comment=None)
    watch.listen()
    watch.sweep()
    assert told(qc) == []
    assert told(site.client("li")) == [("flow_task_waiting", f"/instances/{number}")]


def told(client: FlaskClient) -> list[tuple[str, str]]:
    items = client.get("/api/alerts").json["items"]
    return [(one["code"], one["link"]) for one in items if one["over_at"] is None and one["code"].startswith("flow")]
