"""Virtual tablets against a real server process, by scripts: all promises kept; and a judge who would have noticed."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import ROOT, free_port

from server.simulate import judge, run, script
from server.simulate.own import Own, answers
from server.simulate.script import Plan
from server.simulate.site import Site

TABLETS, ENTRIES = 5, 12
SHORT: list[dict[str, Any]] = [
    {"at": "before", "who": [1, 2], "do": "cut"},
    {"at": "before", "who": "all", "do": "write", "part": 0.5},
    {"at": 0, "who": "all", "do": "mend"},
    {"at": 0, "who": "all", "do": "write", "part": 0.5, "over": 1.5},
    {"at": 0.3, "who": "all", "do": "break", "within": 1},
    {"at": 0.5, "who": [3], "do": "die"},
    {"at": 0.5, "who": [4], "do": "jump", "seconds": 7200},
    {"at": 0.8, "who": [5], "do": "die"},
    {"at": 1.2, "who": [3], "do": "return", "replay": True},
    {"at": 1.2, "who": [5], "do": "return"},
    {"at": 1.6, "who": "all", "do": "repeat"},
]


def simulated(own: Own, plan: Plan, limit: float = 60) -> dict[str, Any]:
    site = Site(own.url, own.login, own.password)
    return run.Simulation(site, own if plan.kills else None, plan, limit, lambda what: None).run(own.batches)


@pytest.fixture
def own(database_url: str, tmp_path: Path) -> Iterator[Own]:
    with Own(tmp_path / "data", database_url, run.batches_for(TABLETS)) as made:
        yield made


@pytest.mark.urs("PLT-08", "PLT-09")
def test_partitions_crashes_and_repeats_lose_and_double_nothing(own: Own) -> None:
    found = simulated(own, script.plan(SHORT, TABLETS, ENTRIES, seed=3))
    assert found["ok"], found["broken"]
    assert found["entries"] == TABLETS * ENTRIES
    # Where the line was cut before the acknowledgement, the receipt is all that a tablet hears of an entry.
    assert 0 < found["acknowledged"] <= TABLETS * ENTRIES
    assert found["deaths"] == 2
    assert found["sent_again"] > 0
    assert found["documents"] == 2
    assert found["turned_away"] == {}


@pytest.mark.slow
@pytest.mark.urs("PLT-09")
def test_killing_the_server_in_a_storm_of_thirty_tablets_loses_and_doubles_nothing(
    database_url: str, tmp_path: Path
) -> None:
    """At other moments each time; the seed stands in the message."""
    seed = random.randrange(10**6)
    plan = script.plan(script.with_kills(script.read("storm"), 4), 30, 50, seed)
    with Own(tmp_path / "data", database_url, run.batches_for(30)) as own:
        found = simulated(own, plan, limit=200)
    assert found["ok"], (seed, found["broken"])
    assert (found["entries"], found["kills"]) == (1500, 4)


@pytest.mark.slow
@pytest.mark.urs("PLT-08", "PLT-09", "PLT-12", "PLT-13")
def test_a_day_in_which_everything_goes_wrong(tmp_path: Path) -> None:
    plan = script.plan(script.with_kills(script.read("hardship"), 1), 18, 40, seed=4)
    with Own(tmp_path / "data", f"sqlite:///{tmp_path}/site.db", run.batches_for(18)) as own:
        found = simulated(own, plan, limit=200)
    assert found["ok"], found["broken"]
    checked = {promise["promise"]: promise["checked"] for promise in found["promises"]}
    assert set(checked) == set(judge.PROMISES)
    assert all(count > 5 for count in checked.values())
    assert found["collided"] > 0
    assert (found["restores"], found["kills"]) == (3, 1)


class Foreign:
    """A site of somebody else's: made and served by Pestle's own commands."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        env = {"DATA": str(folder / "site"), "PORT": str(self.port), "DATABASE_URL": ""}
        command = [sys.executable, "-m", "server.cli"]
        made = subprocess.run(
            [*command, "demo", "--quick", "--json"], cwd=ROOT, env=os.environ | env, capture_output=True
        )
        self.people = {one["login"]: one["password"] for one in json.loads(made.stdout)["people"]}
        self._process = subprocess.Popen([*command, "serve", "--bind", "127.0.0.1"], cwd=ROOT, env=os.environ | env)
        stop = time.monotonic() + 60
        while not answers(self.url):
            assert time.monotonic() < stop, "the site did not come up"
            time.sleep(0.05)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)


@pytest.fixture
def foreign(tmp_path: Path) -> Iterator[Foreign]:
    made = Foreign(tmp_path)
    yield made
    made.stop()


@pytest.mark.slow
@pytest.mark.urs("PLT-09")
def test_a_customer_runs_it_against_a_site_and_files_the_report(
    foreign: Foreign, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from server.cli import main

    secret = tmp_path / "password"
    secret.write_text(foreign.people["chenjie"])
    secret.chmod(0o600)
    site = Site(foreign.url, "chenjie", foreign.people["chenjie"])
    batches = [one["number"] for one in site.ask("GET", "/api/batches")["items"]]
    words = ["simulate", "--url", foreign.url, "--login", "chenjie", "--password-file", str(secret)]
    words += [word for batch in batches for word in ("--batch", batch)]
    words += ["--tablets", "4", "--entries", "12", "--script", "flaky", "--seed", "7"]
    filed = ["--report", str(tmp_path / "evidence")]
    assert main([*words, *filed]) == 0
    said = capsys.readouterr().out
    report = json.loads((tmp_path / "evidence.json").read_text("utf-8"))
    assert (tmp_path / "evidence.txt").read_text("utf-8") == said
    assert (report["ok"], report["entries"], report["seed"], report["login"]) == (True, 48, 7, "chenjie")
    assert report["script_sha256"] == script.digest(script.read("flaky"))
    assert all(promise["kept"] for promise in report["promises"])
    for fact in (foreign.url, report["version"], report["began_at"], report["log"]["root"], str(report["log"]["size"])):
        assert fact in said
    # Nobody's evidence is written over, and nobody else's server is killed.
    assert main([*words, *filed]) == 2
    assert main([*words, "--kills", "1"]) == 2
    assert "file_exists" in capsys.readouterr().err


class TestJudge:
    """What it says of a log that is not as the tablets were told: the log is told, the tablets are real."""

    @pytest.fixture
    def tablet(self, tmp_path: Path) -> Iterator[Any]:
        from server.simulate.site import Enrolled
        from server.simulate.tablet import Tablet
        from sync.signing import Ed25519Signer

        made = Tablet("http://127.0.0.1:9", "", "P-1", Enrolled("t-1", Ed25519Signer.generate()), tmp_path / "journal")
        made.leases["B-1"] = "lease-1"
        made.do(script.Action(0, script.WRITE, 3))
        made.seen.acknowledged = set(made.written)
        yield made
        made._journal.close()

    def told(self, tablet: Any, rows: list[tuple[Any, ...]], kept: set[str] = frozenset()) -> set[str]:
        logged = judge.Logged(10, kept=set(kept))
        logged.by_device["t-1"] = [judge.Row(*row) for row in rows]
        broken = [what for promise in judge.judge([tablet], logged) for what in promise.broken]
        return {one.partition(":")[0] for one in broken}

    @pytest.mark.urs("PLT-09")
    def test_every_broken_promise_has_its_name(self, tablet: Any) -> None:
        a, b, c = tablet.written
        assert self.told(tablet, [(5, a, 1), (6, b, 2), (7, c, 3)]) == set()
        assert self.told(tablet, [(5, a, 1), (6, b, 2)]) == {"lost", "not_recorded"}
        assert self.told(tablet, [(5, a, 1), (6, b, 2), (7, c, 3), (8, c, 3)]) == {"doubled", "out_of_order"}
        assert self.told(tablet, [(5, b, 2), (6, a, 1), (7, c, 3)]) == {"out_of_order"}
        tablet.seen.receipts[a] = {"index": 4, "verdict": "accepted", "flags": []}
        assert self.told(tablet, [(5, a, 1), (6, b, 2), (7, c, 3)]) == {"receipt_wrong"}

    @pytest.mark.urs("PLT-09", "PLT-12", "PLT-13", "PLT-14")
    def test_what_was_wrong_must_be_flagged_and_what_collides_kept(self, tablet: Any) -> None:
        a, b, c = tablet.written
        assert self.told(tablet, [(5, a, 1), (6, b, 2), (7, c, 3, ("clock_skew",))]) == {"flagged"}
        tablet.do(script.Action(0, script.JUMP, seconds=7200))
        tablet.do(script.Action(0, script.WRITE, 1))
        d = list(tablet.written)[-1]
        rows = [(5, a, 1), (6, b, 2), (7, c, 3)]
        assert self.told(tablet, [*rows, (8, d, 4)]) == {"not_flagged"}
        assert self.told(tablet, [*rows, (8, d, 4, ("captured_outside",))]) == set()
        # Without a disk that was set back a collision is a loss; with one it has to be in quarantine.
        kept = {tablet.written[d].digest}
        assert self.told(tablet, rows, kept) == {"not_recorded"}
        tablet.seen.restores = 1
        assert self.told(tablet, rows) == {"not_recorded"}
        assert self.told(tablet, rows, kept) == set()


@pytest.mark.urs("PLT-09")
@pytest.mark.parametrize("name", ["storm", "day", "flaky", "hardship"])
def test_each_script_shares_all_entries_out_and_a_seed_always_gives_the_same(name: str) -> None:
    plan = script.plan(script.read(name), 7, 33, seed=5)
    assert plan == script.plan(script.read(name), 7, 33, seed=5)
    counts = [
        sum(action.count for action in (*before, *during))
        for before, during in zip(plan.before, plan.during, strict=True)
    ]
    assert counts == [33] * 7


@pytest.mark.urs("PLT-09")
@pytest.mark.parametrize(
    "step",
    [
        {"at": 0, "who": "all"},
        {"at": -1, "who": "all", "do": "cut"},
        {"at": 0, "who": "all", "do": "kill"},
        {"at": 0, "who": "server", "do": "cut"},
        {"at": 0, "who": "nobody", "do": "cut"},
        {"at": 0, "who": [0], "do": "cut"},
        {"at": 0, "who": "all", "do": "write", "part": 2},
        {"at": "before", "who": "all", "do": "cut", "within": 1},
        {"at": 0, "who": "all", "do": "cut", "when": 1},
    ],
)
def test_a_step_that_is_none_is_named(step: dict[str, Any], tmp_path: Path) -> None:
    from server.core.errors import PestleError

    file = tmp_path / "mine.json"
    file.write_text(json.dumps({"steps": [{"at": 0, "who": "all", "do": "cut"}, step]}))
    with pytest.raises(PestleError) as wrong:
        script.read(str(file))
    assert (wrong.value.code, wrong.value.details["step"]) == ("script_wrong", 2)


@pytest.mark.urs("PLT-09")
def test_a_foreign_server_is_not_killed(tmp_path: Path) -> None:
    from server.core.errors import PestleError

    plan = script.plan([{"at": 0, "who": "server", "do": "kill"}], 1, 1, seed=1)
    with pytest.raises(PestleError, match="simulation_failed"):
        run.Simulation(None, None, plan, 1, lambda what: None)
