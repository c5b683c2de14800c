"""Makes the demonstration plant by going through the same door as real work; never by writing tables."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from server.core import clock, days
from server.core.plant import Plant
from server.demo import coated, dispensing, environment
from server.demo.alerts import alert
from server.demo.content import AREAS, EQUIPMENT, LOTS, MATERIALS, PACKING, PEOPLE, RECIPE, labels, pin_of
from server.demo.flows import begin, deviate
from server.demo.forms import fill_in
from server.demo.materials import store
from server.demo.planning import plan
from server.demo.production import Line, Plan
from server.demo.specifications import specify
from server.demo.story import ZONE, Story, ahead
from server.demo.training import revise, train
from server.identity import accounts
from server.identity import queries as identity
from server.recipes import model as recipes
from server.site import model as site
from sync.log import reading

HISTORY_DAYS = 360
HISTORY_BATCHES = 30
TODAY = timedelta(hours=7)

Say = Callable[[str], None]


def password_of(login: str) -> str:
    """Invented, printed and good for a demonstration only."""
    order = [person[0] for person in PEOPLE].index(login)
    return f"mortar-and-pestle-{order + 1:02d}"


def people_table() -> list[dict[str, Any]]:
    """Who can sign in: {login, password, pin, name, name_en, roles}."""
    return [
        {
            "login": login,
            "password": password_of(login),
            "pin": pin_of(login),
            "name": name,
            "name_en": latin,
            "roles": list(roles),
        }
        for login, name, latin, roles in PEOPLE
    ]


def is_made(plant: Plant) -> bool:
    with plant.engine.connect() as connection:
        return bool(reading.of_kind(connection, recipes.APPROVED_V1))


def make(plant: Plant, quick: bool, say: Say) -> None:
    """People, master data and, with `quick`, a batch to make and one to pack; without, a year of history besides."""
    today = datetime.now(UTC).replace(hour=0, minute=30, second=0, microsecond=0)
    # Receiving the lots alone takes five hours of the story; it must end before the real clock takes over.
    story = Story(plant, datetime.now(UTC) - TODAY if quick else today - timedelta(days=HISTORY_DAYS + 5))
    with story.told():
        say("people and master data")
        if not _keeps_zone(story):
            said = {"zone": ZONE, "reason": "The plant stands in China 工厂位于中国"}
            story.state(site.ZONE_SET, site.STREAM, said)
        _people(story)
        train(story)
        _master_data(story)
        environment.equip(story)
        line = Line(story)
        if not quick:
            _history(story, line, say)
        say("the batches of today")
        day = f"{datetime.now(UTC):%y%m%d}"
        if quick:
            _label_containers(story)
        else:
            # Long enough ago that the story does not overtake the real clock: times of receipt never run backwards.
            story.moment = datetime.now(UTC) - TODAY
            _today(story, line, day)
        line.order_packing(f"B{day}-00")
        line.order(f"B{day}-01")
        line.allocate(f"B{day}-01", 1)
        revise(story)
        if not quick:
            fill_in(story, day)
            deviate(story, f"B{day}-02")
            specify(story)
            store(story)
            line.make_pilot(f"B{day}-06")
            line.order_pilot(f"B{day}-05")
        line.air.read_all()
        begin(story)
        alert(story)
        plan(story)
        _passwords(story)


def _passwords(story: Story) -> None:
    """Chosen in these days: the plant's story is a year long, and passwords hold no longer."""
    for login, *_ in PEOPLE:
        with story.plant.engine.connect() as connection:
            has = "password" in identity.credentials_of(connection, story.person(login))
        if not has:
            accounts.set_password(story.plant, story.person(login), password_of(login))


def _keeps_zone(story: Story) -> bool:
    with story.plant.engine.connect() as connection:
        return days.zones(connection).latest == ZONE


def _people(story: Story) -> None:
    with story.plant.engine.connect() as connection:
        known = {person.login for person in identity.all_people(connection)}
    for login, name, latin, roles in PEOPLE:
        if login in known:
            continue
        person = accounts.add_person(story.plant, login, name, latin, list(roles)).id
        accounts.set_pin(story.plant, person, pin_of(login))
        story.wait(seconds=5)


def _master_data(story: Story) -> None:
    engineer, keeper, analyst, qa = (story.person(login) for login in ("zhouwei", "huanglei", "sunyue", "zhaolin"))
    for code, names, type_, unit in (*MATERIALS, *coated.MATERIALS):
        definition = {"material": code, "name": names, "type": type_, "unit": unit}
        story.state("materials.material_defined.v1", f"material/{code}", definition, engineer)
    for code, class_, names, serial, model, location, due in (*EQUIPMENT, *coated.EQUIPMENT):
        register = {"equipment": code, "class": class_, "name": names, "serial": serial, "model": model}
        register |= {"location": location, "calibration_due": due and ahead(due)}
        story.state("equipment.equipment_registered.v1", f"equipment/{code}", register, engineer)
    for area, names, rooms in AREAS:
        accounts.set_area(story.plant, area, names, list(rooms), "workshop 2", actor=story.person("admin"))
    for lot in (*LOTS, *coated.LOTS):
        _lot(story, lot, keeper, analyst)
    signatures = [
        {"person": engineer, "meaning": "prepared", "at": clock.text(story.moment)},
        {"person": qa, "meaning": "approved", "at": clock.text(story.moment)},
    ]
    for recipe in (RECIPE, PACKING, dispensing.RECIPE, coated.RECIPE):
        kind = recipes.MASTER_APPROVED if recipes.is_master(recipe) else recipes.APPROVED_V1
        story.state(kind, recipes.recipe_stream(recipe["recipe"]), {**recipe, "signatures": signatures})


def _lot(story: Story, lot: tuple[Any, ...], keeper: str, analyst: str) -> None:
    """A lot that was decided about before this plant signed such decisions here."""
    material, number, supplier, supplier_lot, quantity, containers, expiry = lot
    stream = f"lot/{material}/{number}"
    receipt = {
        "material": material,
        "lot": number,
        "quantity": {"value": quantity, "unit": "kg"},
        "supplier": supplier,
        "supplier_lot": supplier_lot,
        "expiry": ahead(expiry),
        "containers": containers,
        "status": "quarantine",
    }
    story.state("materials.lot_received.v1", stream, receipt, keeper)
    story.wait(minutes=50)
    water = {"test": "water", "name": {"zh": "水分", "en": "Water"}, "value": {"value": "0.52", "unit": "%"}}
    results = [{**water, "low": None, "high": "5.0", "verdict": "pass"}]
    payload = {"stage": "incoming", "results": results, "source": None}
    story.state("quality.results_recorded.v1", stream, payload, analyst)
    change = {"material": material, "lot": number, "status": "released", "reason": "入库检验合格"}
    story.state("materials.lot_status_changed.v1", stream, change)


def _label_containers(story: Story) -> None:
    """The containers of the lots get their labels today: from now on a weighing names the one it was taken from."""
    for material, number, _, _, quantity, containers, _ in (*LOTS, *coated.LOTS):
        share = {"value": str(Decimal(quantity) / containers), "unit": "kg"}
        rows = [{"container": label, "quantity": share} for label in labels(number, containers)]
        received = {"material": material, "lot": number, "containers": rows}
        stream = f"lot/{material}/{number}"
        story.state("materials.containers_received.v1", stream, received, story.person("huanglei"))


def _history(story: Story, line: Line, say: Say) -> None:
    begin, pace = story.moment, timedelta(days=HISTORY_DAYS / HISTORY_BATCHES)
    for count in range(HISTORY_BATCHES):
        story.moment = max(story.moment, begin + count * pace)
        plan = Plan(f"B{story.moment:%y%m%d}-01", out_of_limits=count % 7 == 3, correction=count % 9 == 5)
        line.make(plan)
        line.review(plan)
        if count % 10 == 9:
            say(f"a year of history: {count + 1} of {HISTORY_BATCHES} batches")


def _today(story: Story, line: Line, day: str) -> None:
    """One batch with an exception, one waiting for QA, one in progress."""
    line.make(Plan(f"B{day}-04", out_of_limits=True, manual_weight=True))
    line.make(Plan(f"B{day}-03", correction=True))
    _label_containers(story)
    line.make(Plan(f"B{day}-02", phases=2, container=2))
