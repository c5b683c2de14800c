"""Codes that the server and the app must read alike; `python tests/gs1_cases.py` writes their results as vectors.

Dates are of years whose century stands for long: 1980 to 1999 and 2026 to 2049.
"""

import json
import random
import re
from pathlib import Path
from typing import Any

from biip.gs1_application_identifiers import _GS1_APPLICATION_IDENTIFIERS as KNOWN

from server.core import gs1

VECTORS = Path(__file__).parent / "vectors" / "gs1.json"
X82 = "".join(chr(one) for one in range(0x21, 0x7B) if re.fullmatch(r'[!%-?A-Z_a-z"]', chr(one)))
# (symbology, text, what it shows)
CHOSEN = (
    ("]d2", "010950600013435217310131" + "10ABC-123\x1d2100042", "GTIN, expiry, lot, serial"),
    ("]C1", "0109506000134352" + "10LOT/7\x1d17310228", "GS1-128, lot in the middle"),
    ("]Q3", "(01)09506000134352", "brackets are data in a symbol"),
    ("]e0", "0109506000134352", "DataBar"),
    ("]d2", "\x1d0109506000134352\x1d\x1d10A\x1d", "FNC1 in front, doubled and behind"),
    ("]d2", "0109506000134353", "wrong check digit"),
    ("]d2", "010950600013435", "cut short"),
    ("]d2", "10ABC\x1d10ABC", "the same twice"),
    ("]d2", "10ABC\x1d10ABD", "twice, and different"),
    ("]d2", "1031" + "7310131", "lot that swallows the expiry: no GS"),
    ("]d2", "10" + "A" * 20 + "21B", "lot of the full length, and no GS"),
    ("]d2", "10" + "A" * 21, "lot too long"),
    ("]d2", "10", "empty lot"),
    ("]d2", "30", "empty count"),
    ("]d2", "17310200", "day 00 in February"),
    ("]d2", "17280200", "day 00 in a leap year"),
    ("]d2", "17280229", "29 February in a leap year"),
    ("]d2", "17310229", "29 February in no leap year"),
    ("]d2", "17310001", "month 00"),
    ("]d2", "17311301", "month 13"),
    ("]d2", "11950630", "century: past"),
    ("]d2", "15490630", "century: ahead"),
    ("]d2", "3103012640", "12.640 kg"),
    ("]d2", "3100000012", "12 kg"),
    ("]d2", "3105000001", "0.00001 kg"),
    ("]d2", "3109000001", "no such measure"),
    ("]d2", "39212345", "amount"),
    ("]d2", "3909" + "1", "more decimals than digits"),
    ("]d2", "39329781250", "amount with its currency"),
    ("]d2", "39421250", "percentage"),
    ("]d2", "0200000000000000371", "content and count"),
    ("]d2", "02095060001343523724", "24 of them"),
    ("]d2", "00395060001343500041", "SSCC"),
    ("]d2", "00395060001343500042", "SSCC with a wrong check digit"),
    ("]d2", "240RM-001", "material of ours"),
    ("]d2", "70033101311545", "expiry with its time"),
    ("]d2", "70033101312460", "no such time"),
    ("]d2", "70033101319999", "no time said"),
    ("]d2", "800831013115", "production, hour"),
    ("]d2", "80083101311545", "production, minute"),
    ("]d2", "8008310131154530", "production, second"),
    ("]d2", "7007310101310131", "harvested in January"),
    ("]d2", "7007310131310101", "harvested backwards"),
    ("]d2", "7007310101", "harvested on a day"),
    ("]d2", "7011310131", "tested by a day"),
    ("]d2", "800302112345678900ABC", "returnable asset"),
    ("]d2", "800302112345678901ABC", "returnable asset, wrong check digit"),
    ("]d2", "10<script>alert(1)</script>", "script-like: shorter than a lot may be, < and > are data"),
    ("]d2", "10\u0661\u0662", "digits of another script"),
    ("]d2", "10批号", "Chinese in a GS1 symbol"),
    ("]d2", "10A B", "space is none of the 82"),
    ("]d2", "10A\tB", "control character"),
    ("]d2", "", "nothing"),
    ("]d2", "\x1d", "nothing but FNC1"),
    ("]d2", "8" * 4000, "long, and nothing"),
    ("]d1", "010950600013435217310131", "a DataMatrix without FNC1 is plain text"),
    ("]C0", "10ABC", "a Code 128 without FNC1 is plain text"),
    ("]E0", "9506000134352", "EAN-13"),
    ("]E0", "9506000134353", "EAN-13, wrong check digit"),
    ("]E4", "95012346", "EAN-8"),
    ("]E0", "950600013435X", "EAN-13 that is none"),
    ("]I1", "19506000134359", "ITF-14"),
    ("", "(01)09506000134352(17)310131(10)ABC-123", "typed as printed"),
    ("", "(01) 0950 6000 1343 52 (10) ABC", "typed with spaces"),
    ("", "(01)09506000134352(10)A(B)", "typed, brackets in the lot"),
    ("", "(01)09506000134352 and more", "typed, with a tail"),
    ("", "(10)", "typed, empty"),
    ("", "(99999)1", "brackets of no identifier"),
    ("", "RM-001-23-01", "a label of ours"),
    ("", "10ABC", "a label that begins like a lot's element"),
    ("", "0109506000134352", "a GTIN with its check digit"),
    ("", "0109506000134353", "a label that looks like a GTIN"),
    ("", "10ABC\x1d21X", "GS says it all"),
)


def chance(amount: int, seed: int) -> list[tuple[str, str, str]]:
    """Messages of any elements, some of them damaged."""
    dice = random.Random(seed)
    return [("]d2", _message(dice), "chance") for _ in range(amount)]


def _message(dice: random.Random) -> str:
    text = "".join(_element(dice) for _ in range(dice.randint(1, 4)))
    if dice.random() < 0.3 and text:
        at = dice.randrange(len(text))
        text = dice.choice((text[:at], text[:at] + dice.choice("0A\x1d~") + text[at:], text[:at] + text[at + 1 :]))
    return text


def _element(dice: random.Random) -> str:
    known = KNOWN[dice.choice(sorted(KNOWN))]
    if dice.random() < 0.5:
        known = KNOWN[dice.choice(("00", "01", "10", "11", "17", "21", "3103", "37", "240", "7003", "8008"))]
    body = _fill(known.pattern.removeprefix(f"^{known.ai}"), dice)
    return known.ai + body + ("\x1d" if known.separator_required and dice.random() < 0.9 else "")


def _fill(pattern: str, dice: random.Random) -> str:
    """A text of about that pattern: digits or characters, as many as it takes."""
    body = re.sub(
        r"\(\?:0\\d\|1\[0-2\]\)\(\?:\[0-2\]\\d\|3\[01\]\)", lambda _: dice.choice(("0131", "0600", "1231")), pattern
    )
    most = max((int(one) for one in re.findall(r"\{(?:\d+,)?(\d+)\}", pattern)), default=2)
    if "!%-?" in body:
        return "".join(dice.choice(X82) for _ in range(dice.randint(1, most)))
    numbers = [int(one) for one in re.findall(r"\\d\{(?:\d+,)?(\d+)\}", body)] or [most]
    text = "".join(str(dice.randrange(10)) for _ in range(sum(numbers)))
    if "0131" in body or "0600" in body or "1231" in body:
        return f"{dice.randint(26, 49)}{dice.choice(('0131', '0600', '1231', '0230'))}"
    return text[:-1] + _check(text[:-1]) if len(text) in (13, 14, 17, 18) and dice.random() < 0.8 else text


def _check(digits: str) -> str:
    return str(-sum(int(one) * (3 if i % 2 == 0 else 1) for i, one in enumerate(reversed(digits))) % 10)


def result(symbology: str, text: str) -> dict[str, Any] | None:
    """What the server makes of a code, in the form of the vectors."""
    try:
        elements = gs1.read_code(text, symbology)
    except gs1.WrongCode as error:
        return {"elements": [], "wrong": error.why}
    return None if elements is None else {"elements": [one.payload() for one in elements], "wrong": None}


def main() -> None:
    cases = (*CHOSEN, *chance(400, seed=5))
    lines = [
        json.dumps(
            {"symbology": symbology, "text": text, "about": about, "read": result(symbology, text)}, ensure_ascii=False
        )
        for symbology, text, about in cases
    ]
    VECTORS.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
