"""The Flask application: the only place where rooms are wired to addresses and to each other."""

from collections import defaultdict
from copy import copy
from functools import cache
from importlib.metadata import version

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from flask_smorest import Api
from flask_smorest import Blueprint as ApiBlueprint

from server.alerts import views as alerts
from server.core.plant import Plant
from server.engines.flows import views as flows
from server.engines.forms import views as forms
from server.engines.forms.records import views as records
from server.environment import views as environment
from server.equipment import views as balances
from server.equipment.alarms import views as alarms_of_equipment
from server.equipment.status import views as equipment
from server.handheld import scan_views as scanning
from server.handheld import views as handheld
from server.handheld.fleet import views as fleet
from server.handheld.hub import queries as hub_queries
from server.handheld.hub import views as hub
from server.identity import area_views as areas
from server.identity import badge_views as badges
from server.identity import passkey_views as passkeys
from server.identity import people_views as people
from server.identity import preferences, signing
from server.identity import views as identity
from server.materials.counts import views as counts
from server.materials.importing import views as imports
from server.materials.labels import views as labels
from server.materials.masters import views as masters
from server.materials.purchasing import views as purchasing
from server.materials.receiving import views as receiving
from server.materials.requisitions import views as requisitions
from server.materials.stock import views as stock_keeping
from server.materials.suppliers import views as suppliers
from server.planning import views as planning
from server.planning.lines import views as lines
from server.production import views as orders
from server.production.course import views as batch_pace
from server.production.descent import views as descent
from server.production.issuing import views as issuing
from server.production.numbers import views as batch_numbers
from server.production.surroundings import views as surroundings
from server.quality.inspection import views as inspections
from server.quality.requests import views as requests
from server.quality.specifications import views as specifications
from server.quality.usage import views as usage
from server.recipes import draft_views as recipe_drafts
from server.recipes import views as recipes
from server.release import views as release
from server.release.audit import views as audit
from server.release.deviations import views as deviations
from server.release.paper import views as paper
from server.release.stock import views as stock
from server.site import zone_views as zone
from server.training import views as training
from server.web import (
    bodies,
    guard,
    health,
    homes,
    log_files,
    log_pages,
    log_state,
    pace,
    problems,
    quarantine_pages,
    shell,
    value_pages,
)

# Every address of the site. Those of rooms are in /api/openapi.json; the shell comes last, it answers all the rest.
BLUEPRINTS = (
    identity.blueprint,
    people.blueprint,
    areas.blueprint,
    zone.blueprint,
    badges.blueprint,
    training.blueprint,
    forms.blueprint,
    records.blueprint,
    flows.blueprint,
    recipes.blueprint,
    recipe_drafts.blueprint,
    orders.blueprint,
    batch_numbers.blueprint,
    batch_pace.blueprint,
    descent.blueprint,
    planning.blueprint,
    lines.blueprint,
    issuing.blueprint,
    specifications.blueprint,
    inspections.blueprint,
    requests.blueprint,
    masters.blueprint,
    imports.blueprint,
    requisitions.blueprint,
    purchasing.blueprint,
    labels.blueprint,
    preferences.blueprint,
    passkeys.blueprint,
    # Before that of the batches: a lot's number may hold slashes, and would swallow what follows it.
    stock.blueprint,
    stock_keeping.blueprint,
    counts.blueprint,
    suppliers.blueprint,
    receiving.blueprint,
    usage.blueprint,
    release.blueprint,
    deviations.blueprint,
    audit.blueprint,
    paper.blueprint,
    balances.blueprint,
    equipment.blueprint,
    alarms_of_equipment.blueprint,
    environment.blueprint,
    surroundings.blueprint,
    handheld.blueprint,
    fleet.blueprint,
    hub.blueprint,
    scanning.blueprint,
    alerts.blueprint,
    log_pages.blueprint,
    log_state.blueprint,
    value_pages.blueprint,
    quarantine_pages.blueprint,
    health.blueprint,
    homes.blueprint,
    log_files.blueprint,
    shell.blueprint,
)
OPENAPI = {
    "API_TITLE": "Pestle 批印",
    "API_VERSION": version("pestle"),
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/api",
    "OPENAPI_JSON_PATH": "openapi.json",
}


class _Json(DefaultJSONProvider):
    """Fields in the order a room gives them, Chinese as it is."""

    sort_keys = False
    ensure_ascii = False


def create_app(plant: Plant) -> Flask:
    """An application that serves this plant; `plant.close()` stays with the caller."""
    app = _copied(addresses())
    app.extensions["pestle"] = plant
    health.register(app)
    guard.register(app)
    pace.register(app)
    signing.register(app)
    _connect_rooms()
    return app


@cache
def addresses() -> Flask:
    """All addresses with their description, of no plant; it serves nobody itself.

    They are the same in each application, and take half a second: a process that makes many, as tests do, needs them
    once.
    """
    app = Flask("pestle", static_folder=None)
    app.config.update(OPENAPI)
    bodies.register()
    api = Api(app)
    for blueprint in BLUEPRINTS:
        if isinstance(blueprint, ApiBlueprint):
            api.register_blueprint(blueprint)
        else:
            app.register_blueprint(blueprint)
    problems.register(app)
    guard.check_doors(app)
    return app


def _copied(app: Flask) -> Flask:
    """The same addresses, with settings and hooks of its own: what is registered here reaches no other."""
    made = copy(app)
    made.json = _Json(made)
    made.config, made.extensions = copy(app.config), dict(app.extensions)
    for hooks in ("before_request_funcs", "after_request_funcs"):
        own = {scope: list(functions) for scope, functions in getattr(app, hooks).items()}
        setattr(made, hooks, defaultdict(list, own))
    return made


def _connect_rooms() -> None:
    """Lower rooms ask what only the devices' room above them knows; the gates of a release are wired in plant.py."""
    identity.STATES[:] = [hub_queries.states]
    fleet.SERVED[:] = [shell.served]
