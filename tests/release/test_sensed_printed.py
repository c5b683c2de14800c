"""A value that was taken from a machine is printed with the machine, its signal, its own time and its own line."""

import pytest

from server.release.dossier.rows import Printer

pytestmark = pytest.mark.urs("PRD-06", "PRD-12")
SENSED = {"equipment": "PR-02", "model": "FE55", "serial": "FE55-1187", "signal": "main_comp", "device": "b", "id": "x"}
SENSED |= {"device_time": "2026-11-26 10:00:03", "raw": "2026-11-26 10:00:03;70;13.66"}


def source(**given: object) -> str:
    return Printer("en", [], [])._source({"source": "device", "sensed": None, "reason": None} | given)


def test_the_source_of_a_value_from_a_machine_is_printed() -> None:
    lines = source(sensed=SENSED).splitlines()
    assert lines == ["device: PR-02 (FE55, FE55-1187)", "main_comp, 2026-11-26 10:00:03", SENSED["raw"]]


def test_a_typed_one_says_why() -> None:
    assert source(source="manual", reason="switched off").endswith(": switched off")
