"""What findings of the publication check say, in both languages."""

from collections.abc import Mapping
from typing import Any


def said(code: str, details: Mapping[str, Any]) -> dict[str, str]:
    """The sentence for a code of a finding."""
    return {"zh": code, "en": code}
