"""GS1 codes: the server's results are those of the vectors, of biip where biip is right, and of the GS1's own cases."""

import json
from datetime import UTC, datetime

import gs1_cases
import pytest
from biip import ParseError
from biip.gs1_element_strings import GS1ElementString
from biip.gs1_messages import GS1Message
from hypothesis import given
from hypothesis import strategies as st
from support import shared

from server.core import gs1

VECTORS = json.loads(gs1_cases.VECTORS.read_text(encoding="utf-8"))
# Brackets inside a value cannot be typed as printed: the GS1's own tool escapes them, nobody else does.
ESCAPED = {"(10)12345\\(11)991225", "(10)12345\\("}


@pytest.mark.urs("HMI-03")
def test_the_vectors_hold() -> None:
    assert len(VECTORS) > 400
    for case in VECTORS:
        assert gs1_cases.result(case["symbology"], case["text"]) == case["read"], case


@pytest.mark.urs("HMI-03")
def test_the_vectors_are_of_all_the_cases_there_are() -> None:
    cases = [*gs1_cases.CHOSEN, *gs1_cases.chance(400, seed=5)]
    assert [(case["symbology"], case["text"], case["about"]) for case in VECTORS] == cases


@pytest.mark.urs("HMI-03")
def test_what_is_read_is_what_biip_reads() -> None:
    compared = 0
    for case in VECTORS:
        read = case["read"]
        if not read or read["wrong"] or case["symbology"] != "]d2":
            continue
        if any(one["ai"] == "7007" for one in read["elements"]):
            continue
        message = GS1Message.parse(case["text"])
        for one in read["elements"]:
            found = next(other for other in message.element_strings if other.ai.ai == one["ai"])
            assert (found.ai.ai, found.value) == (one["ai"], one["value"])
            when = found.datetime or found.date
            assert (one["date"] or "") == ("" if when is None else when.isoformat()[: len(one["date"])])
            assert (one["decimal"] is None) == (found.decimal is None)
            if one["decimal"] is not None and len(found.pattern_groups[-1]) > int(one["ai"][3]):
                assert one["decimal"] == f"{found.decimal:f}"
            compared += 1
    assert compared > 250


@pytest.mark.urs("HMI-03")
def test_the_codes_of_the_gs1_itself_are_judged_as_it_does() -> None:
    cases = json.loads(shared("vectors", "gs1", "ai-vectors.json").read_text())
    for case in cases:
        text = case["in"]
        if case["fn"] == "processAIdata":
            # "^" stands for FNC1; a message without the first is none.
            read = gs1_cases.result("]d2", text[1:].replace("^", gs1.GS)) if text.startswith("^") else None
        else:
            read = gs1_cases.result("", text)
        right = read is not None and read["wrong"] is None
        assert right == (case["ok"] and text not in ESCAPED), case


@pytest.mark.urs("HMI-03")
def test_the_century_is_that_within_fifty_years() -> None:
    now = datetime.now(tz=UTC).year
    for two in range(100):
        [found] = gs1.read_elements(f"17{two:02}0131")
        assert found.date is not None
        assert now - 49 <= int(found.date[:4]) <= now + 50
        assert found.date[2:4] == f"{two:02}"


@given(st.text(max_size=60), st.sampled_from(["", "]d2", "]C1", "]E0", "]Q1"]))
@pytest.mark.urs("HMI-03")
def test_any_text_is_read_or_refused_and_never_fails(text: str, symbology: str) -> None:
    read = gs1_cases.result(symbology, text)
    assert read is None or read["wrong"] is not None or read["elements"]


@given(st.text(gs1_cases.X82, min_size=1, max_size=20), st.text(gs1_cases.X82, min_size=1, max_size=20))
@pytest.mark.urs("HMI-03")
def test_lot_and_serial_come_back_as_they_were(lot: str, serial: str) -> None:
    read = gs1.read_elements(f"10{lot}{gs1.GS}21{serial}")
    assert [(one.ai, one.value) for one in read] == [("10", lot), ("21", serial)]


@pytest.mark.urs("HMI-03")
def test_biip_alone_would_take_what_we_refuse() -> None:
    """Why we look twice: a lot that is too long, and a GTIN whose check digit is wrong, pass biip as they are."""
    assert [one.value for one in GS1Message.parse("10" + "A" * 20 + "21B").element_strings] == ["A" * 20, "B"]
    assert GS1ElementString.extract("0109506000134353").value == "09506000134353"
    with pytest.raises(ParseError):
        GS1Message.parse("7007310131310202")
    assert gs1.read_elements("7007310131310202")[0].date == "2031-01-31/2031-02-02"
