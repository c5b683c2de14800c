"""The text of the code on a label: GS1 element strings that our scans read back as exactly this container. Pure.

What GS1 has no characters for, or no room, gets a code of our own (ARCHITECTURE.md has their list), which says as much.
"""

import re
from collections.abc import Mapping

# GS1 AI encodable character set 82 but brackets, which stand around identifiers in the written form.
_VALUE = re.compile(r"[!\"%&'*+,\-./0-9:;<=>?A-Z_a-z]+")
# GS1 General Specifications 3: 240 our code of the material, 10 the lot, 21 the serial, which is the label.
_LONGEST = {"240": 30, "10": 20, "21": 20}


def of_container(material: str, lot: str, label: str, expiry: str | None) -> str:
    """The code of a container; `expiry` YYYY-MM-DD. Element strings as people write them, "(17)270131(240)…", the one
    of fixed length first; else `PESTLE-CONTAINER:1:<label>`."""
    elements = {"240": material, "10": lot, "21": label}
    if not all(_VALUE.fullmatch(value) and len(value) <= _LONGEST[ai] for ai, value in elements.items()):
        return f"PESTLE-CONTAINER:1:{label}"
    return _written(({"17": expiry[2:].replace("-", "")} if expiry else {}) | elements)


def of_lot(material: str, lot: str) -> str:
    return f"PESTLE-LOT:1:{material}/{lot}"


def is_gs1(code: str) -> bool:
    return code.startswith("(")


def _written(elements: Mapping[str, str]) -> str:
    return "".join(f"({ai}){value}" for ai, value in elements.items())


def elements_of(code: str) -> list[tuple[str, str]]:
    """(identifier, value) of each element of a code that `is_gs1`."""
    return re.findall(r"\(([0-9]{2,4})\)([^()]+)", code)
