"""What the people of the demonstration plant were alerted of: a few alerts wait, those of the year are acknowledged."""

from datetime import datetime, timedelta

from server.alerts import queries
from server.alerts.model import ACKNOWLEDGED, alert_stream
from server.alerts.watch import Watch
from server.core import clock
from server.demo.story import Story
from server.identity import queries as identity

_LOCKED = "identity.login_locked.v1"
_OLD = timedelta(days=2)


def alert(story: Story) -> None:
    """Somebody mistyped a password; then all that the plant's log and time bring, as a server would have found it."""
    until = clock.text(story.moment + timedelta(minutes=15))
    about = {"address": "10.20.1.31", "everywhere": False, "attempts": 5, "until": until}
    person = story.person("wangfang")
    story.state(_LOCKED, f"person/{person}", {"person": person, **about})
    watch = Watch(story.plant, lambda: None)
    watch.listen()
    watch.sweep()
    _acknowledge(story)


def _acknowledge(story: Story) -> None:
    """What is older than two days somebody has long taken notice of."""
    with story.plant.engine.connect() as connection:
        people = [one.id for one in identity.all_people(connection)]
    for person in people:
        while True:
            with story.plant.engine.connect() as connection:
                items = queries.inbox(connection, person, only_open=True)
            old = [one for one in items if story.moment - datetime.fromisoformat(one["raised_at"]) > _OLD]
            if not old:
                break
            for one in old:
                said = {"alert": one["id"], "code": one["code"], "about": one["link"], "raised_at": one["raised_at"]}
                story.state(ACKNOWLEDGED, alert_stream(one["id"]), {**said, "comment": None}, person)
