"""The list of requirements that `make urs` prints is the one the product is built after."""

import re

import pytest
from support import ROOT, shared
from urs.count import count


@pytest.mark.urs("CMP-01")
def test_identifiers_are_those_of_the_requirements() -> None:
    text = shared("REQUIREMENTS.md").read_text("utf-8")
    assert list(count()) == re.findall(r"^- ([A-Z]{3}-\d{2}) ", text, re.M)


@pytest.mark.urs("CMP-01")
def test_every_test_names_requirements_that_exist_and_this_one_is_counted() -> None:
    assert count(ROOT)["CMP-01"] >= 2
