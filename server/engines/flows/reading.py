"""Bytes to an XML tree that nothing can be smuggled in with, and reading from it under a list of what is known."""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from server.engines.flows.model import BPMN, MAX_BYTES, PESTLE, Finding, Names, Refused

B, P = f"{{{BPMN}}}", f"{{{PESTLE}}}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
CODE = re.compile(r"[a-z][a-z0-9-]{0,39}\Z")
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,79}\Z")
DURATION = re.compile(
    r"P(?=[0-9T])(?:([0-9]{1,4})W)?(?:([0-9]{1,4})D)?(?:T(?=[0-9])(?:([0-9]{1,4})H)?(?:([0-9]{1,4})M)?(?:([0-9]{1,4})S)?)?\Z"
)


def tree(data: bytes) -> etree._Element:
    """The root of a document without DTD, entities or network. Refused: too large, not XML, with a DTD."""
    if len(data) > MAX_BYTES:
        raise Refused([Finding("file_too_large", details={"bytes": len(data), "most": MAX_BYTES})])
    if b"<!DOCTYPE" in data:
        raise Refused([Finding("dtd_forbidden")])
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refused([Finding("not_xml", details={"says": str(error)[:200]})]) from None
    info: Any = root.getroottree().docinfo
    if info.doctype or info.internalDTD is not None or any(node is etree.Entity for node in _tags(root)):
        raise Refused([Finding("dtd_forbidden")])
    if root.tag != f"{B}definitions":
        raise Refused([Finding("not_bpmn", details={"root": str(root.tag)[:100]})])
    return root


def _tags(root: etree._Element) -> Iterator[object]:
    return (one.tag for one in root.iter())


def local(element: etree._Element) -> str:
    """The name of an element of BPMN, without namespace; of any other, with it."""
    tag = str(element.tag)
    return tag[len(B) :] if tag.startswith(B) else tag


def element_id(element: etree._Element | None) -> str | None:
    """The identifier of an element, or of the nearest around it that has one."""
    while element is not None:
        if element.get("id"):
            return element.get("id")
        element = element.getparent()
    return None


def names(element: etree._Element) -> Names:
    """`name` is the Chinese one; either stands for both where the other is missing."""
    zh, en = (element.get("name") or "").strip()[:200], (element.get(f"{P}nameEn") or "").strip()[:200]
    return Names(zh or en, en or zh)


def seconds(duration: str) -> int | None:
    """An ISO 8601 duration of weeks, days, hours, minutes and seconds in seconds; None when it is none."""
    match = DURATION.match(duration)
    if match is None:
        return None
    weeks, days, hours, minutes, rest = (int(one or 0) for one in match.groups())
    return ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + rest


def words(text: str | None) -> tuple[str, ...]:
    return tuple((text or "").split())
