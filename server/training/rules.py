"""Who holds a document, and which new versions, grants and readings are refused: pure, time is an argument (IDN-07)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from server.core.steps import FORM
from server.training import model
from server.training.model import ALWAYS, NEVER, NOTHING, READING, REVOKED, TRAINING, Proof, Standing, Version


def standing(versions: Sequence[Version], proofs: Sequence[Proof], at: datetime) -> Standing:
    """By what was known at a moment: every version that asks for something must be met from its deadline on.

    A proof meets the versions up to its own. Being trained meets also what asks for reading, not the other way round.
    After a withdrawal nothing counts before a trainer says so again: nobody reads themselves back.
    """
    known = [version for version in versions if version.published_at <= at]
    made = [proof for proof in proofs if proof.made_at <= at]
    counting = _counting(made)
    until, wants = (ALWAYS if known else NEVER), None
    for version in known:
        if version.demands == NOTHING:
            continue
        ends = [proof.ends for proof in counting if _meets(proof, version)]
        until = min(until, max([version.deadline, *ends]))
        if not any(at < end for end in ends):
            wants = TRAINING if TRAINING in (wants, version.demands) else READING
    withdrawn = not counting and any(proof.what == REVOKED for proof in made)
    return Standing(until, TRAINING if withdrawn else wants)


def _counting(proofs: Sequence[Proof]) -> list[Proof]:
    last = max((proof.index for proof in proofs if proof.what == REVOKED), default=-1)
    after = [proof for proof in proofs if proof.index > last]
    if last >= 0 and not any(proof.what == TRAINING for proof in after):
        return []
    return after


def _meets(proof: Proof, version: Version) -> bool:
    strong = proof.what == TRAINING or version.demands == READING
    return proof.version >= version.number and strong


def ends_of(version: Version, made_at: datetime, day: str | None) -> datetime:
    """When a proof of this version ends: after the day that was given, and never later than the version allows."""
    ends = ALWAYS if day is None else model.day_end(day)
    if version.valid_days is not None:
        ends = min(ends, made_at + timedelta(days=version.valid_days))
    return ends


def publishing_refused(given: Mapping[str, Any], before: Version | None, today: str) -> str | None:
    """What is wrong with a new version: a word for the details of `version_wrong`; None for nothing."""
    if given["version"] != (1 if before is None else before.number + 1):
        return "version"
    if before is None and given["demands"] == NOTHING:
        return "demands"
    if before is not None and before.type != given["type"]:
        return "type"
    if given["type"] == model.QUALIFICATION and given["demands"] == READING:
        return "demands"
    if given["text"] is None and given["file"] is None:
        return "text"
    # A day's grace: it may still be yesterday where the plant stands.
    if model.day_start(given["effective_from"]) < model.day_start(today) - timedelta(days=1):
        return "effective_from"
    return None


def granting_refused(given: Mapping[str, Any], actor: str, versions: Sequence[Version], at: datetime) -> str | None:
    """A code of the error catalogue. Nobody qualifies themselves (IDN-07, IDN-08)."""
    if given["person"] == actor:
        return "qualification_own"
    if not versions:
        return "procedure_unknown"
    if given["version"] not in [version.number for version in versions]:
        return "version_stale"
    if given["expires_on"] is not None and model.day_end(given["expires_on"]) <= at:
        return "qualification_over"
    return None


def reading_refused(given: Mapping[str, Any], actor: str, newest: Version | None) -> str | None:
    """A code of the error catalogue: one signs for oneself, and exactly the newest version as it was shown."""
    if newest is None:
        return "procedure_unknown"
    if given["signer"]["id"] != actor:
        return "not_permitted"
    if (given["version"], given["digest"]) != (newest.number, newest.digest):
        return "version_stale"
    return None


def step_is_known(on: str, name: str) -> bool:
    """Equipment may be named before it is registered, and by its class; a form before its first version."""
    acts = name in model.ACTIONS or (name.startswith(FORM) and name != FORM)
    return {model.PHASE: name in model.PHASES, model.ACTION: acts}.get(on, True)


def is_own(on: str, name: str, permissions: Collection[str]) -> bool:
    """Whether somebody with these permissions may take the step: what it needs another says, or nobody would be held
    to what they can lift from themselves (IDN-07)."""
    return bool(reached([f"{on}:{name}"], permissions))


def reached(steps: Collection[str], permissions: Collection[str]) -> list[str]:
    """The steps that somebody with these permissions can come to take."""
    return [step for step in steps if not set(_ways_to(step)).isdisjoint(permissions)]


def _ways_to(step: str) -> tuple[str, ...]:
    on, _, name = step.partition(":")
    if on != model.ACTION:
        return model.LINE
    if name.startswith(FORM):
        return model.FILLERS
    return model.CHECKERS if name == model.SECOND_CHECK else (name,)
