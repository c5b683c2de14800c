"""BPMN 2.0 XML to a definition: only elements and attributes that this engine obeys, or every other one is named."""

import hashlib
from collections.abc import Iterable, Mapping

from lxml import etree

from server.engines.flows import graph, nodes
from server.engines.flows.model import (
    MAX_DEPTH,
    MAX_NODES,
    TYPES,
    Definition,
    Edge,
    Finding,
    Names,
    Node,
    Refused,
    Scope,
    Variable,
)
from server.engines.flows.reading import BPMNDI, CODE, IDENTIFIER, NAME, B, P, element_id, local, names, tree

_AROUND = {"documentation", "textAnnotation", "association", "extensionElements"}


class Parsing:
    """One pass over a document; `findings` collects all that is wrong, so that one answer names everything."""

    def __init__(self, root: etree._Element) -> None:
        self.findings: list[Finding] = []
        self.messages = self._named(root, "message", "name")
        self.errors = self._named(root, "error", "errorCode")
        self.variables: dict[str, Variable] = {}
        self.scopes: dict[str, Scope] = {}
        self.count = 0

    def wrong(self, code: str, element: etree._Element | str | None, /, **details: object) -> None:
        at = element if isinstance(element, str) or element is None else element_id(element)
        self.findings.append(Finding(code, at, details))

    def _named(self, root: etree._Element, tag: str, attribute: str) -> dict[str, str]:
        return {str(one.get("id")): one.get(attribute) or str(one.get("id")) for one in root.findall(f"{B}{tag}")}

    def only(self, element: etree._Element, children: Iterable[str], attributes: Iterable[str]) -> None:
        """Say which children and attributes are none of these."""
        for child in element:
            if local(child) not in children:
                self.wrong("element_unknown", child, element=local(child))
        for name in element.attrib:
            if str(name) not in attributes:
                self.wrong("attribute_unknown", element, attribute=str(name))

    def variable(self, element: etree._Element) -> None:
        self.only(element, (), ("name", "type", "zh", "en", "start"))
        name, kind = element.get("name") or "", element.get("type") or ""
        if (
            not NAME.match(name)
            or name in self.variables
            or name in ("subject", "starter", "done", "total", "outcomes")
        ):
            self.wrong("variable_name_wrong", element, variable=name)
            return
        if kind not in TYPES:
            self.wrong("variable_type_unknown", element, variable=name, type=kind)
            return
        title = Names(element.get("zh") or element.get("en") or name, element.get("en") or element.get("zh") or name)
        self.variables[name] = Variable(name, kind, title, element.get("start") == "true")

    def process(self, element: etree._Element) -> None:
        own = {f"{P}nameEn", "id", "name", "isExecutable", "isClosed", "processType"}
        for attribute in element.attrib:
            if str(attribute) not in own:
                self.wrong("attribute_unknown", element, attribute=str(attribute))
        if element.get("isExecutable") != "true":
            self.wrong("not_executable", element)
        for extension in element.findall(f"{B}extensionElements/*"):
            if extension.tag == f"{P}variable":
                self.variable(extension)
            else:
                self.wrong("element_unknown", extension, element=local(extension))
        self.scope(element, str(element.get("id")), {}, 1)

    def scope(self, element: etree._Element, path: str, own: Mapping[str, str], depth: int) -> None:
        """Read a process or a sub-process; `own` are the variables of the repeats around it."""
        if depth > MAX_DEPTH:
            self.wrong("too_deep", element, most=MAX_DEPTH)
            return
        found: dict[str, Node] = {}
        edges: dict[str, Edge] = {}
        for child in element:
            kind = local(child)
            if kind == "sequenceFlow":
                edges[str(child.get("id"))] = self.edge(child)
            elif kind in nodes.KNOWN:
                node = nodes.read(self, child)
                found[node.id] = node
                self.count += 1
                if node.kind == "sub":
                    inner = dict(own) | ({} if node.repeat is None else self.element_of(node))
                    self.scope(child, f"{path}/{node.id}", inner, depth + 1)
            elif kind not in _AROUND and not (element.tag == f"{B}subProcess" and kind in nodes.INSIDE):
                self.wrong("element_unknown", child, element=kind)
        self.scopes[path] = self.join(element, path, found, edges, own)

    def element_of(self, node: Node) -> dict[str, str]:
        """The variable of a repeat with its type: an item of the collection."""
        assert node.repeat is not None
        listed = self.variables.get(node.repeat.collection)
        if listed is None or not listed.type.startswith("list("):
            return {}
        return {node.repeat.element: listed.type[5:-1]}

    def edge(self, element: etree._Element) -> Edge:
        self.only(
            element,
            ("conditionExpression", "documentation", "extensionElements"),
            ("id", "name", f"{P}nameEn", "sourceRef", "targetRef", "isImmediate"),
        )
        condition = element.find(f"{B}conditionExpression")
        text = None if condition is None else (condition.text or "").strip() or None
        source, target = element.get("sourceRef") or "", element.get("targetRef") or ""
        return Edge(str(element.get("id")), source, target, text, names(element))

    def join(
        self,
        element: etree._Element,
        path: str,
        found: dict[str, Node],
        edges: dict[str, Edge],
        own: Mapping[str, str],
    ) -> Scope:
        """Tie nodes and sequence flows together, and boundary events to what they stand on."""
        for edge in edges.values():
            if edge.source not in found or edge.target not in found:
                self.wrong("flow_dangling", edge.id)
        whole = {key: edge for key, edge in edges.items() if edge.source in found and edge.target in found}
        tied = {key: nodes.tie(node, whole.values(), found) for key, node in found.items()}
        for node in tied.values():
            for code in nodes.misplaced(node, tied):
                self.wrong(code, node.id)
        starts = [node.id for node in tied.values() if node.kind == "start"]
        if len(starts) != 1:
            self.wrong("start_not_one", element, found=len(starts))
        start = starts[0] if starts else ""
        ways = graph.successors(tied, whole)
        joins = [one.id for one in tied.values() if one.kind == "inclusive" and len(one.into) > 1]
        joins = [one for one in joins if start and one in graph.reached(ways, [start])]
        before = {one: graph.dominator(ways, start, one) for one in joins}
        heading = {one: graph.heading(ways, one, before[one]) for one in joins}
        return Scope(path, start, tied, whole, own, heading, before)


def parse(data: bytes) -> Definition:
    """The definition in these bytes. Refused with all findings."""
    root = tree(data)
    parsing = Parsing(root)
    for child in root:
        if local(child) not in ("process", "message", "error") and not str(child.tag).startswith(BPMNDI):
            parsing.wrong("element_unknown", child, element=local(child))
    processes = root.findall(f"{B}process")
    if len(processes) != 1:
        raise Refused([*parsing.findings, Finding("process_not_one", details={"found": len(processes)})])
    _check_identifiers(parsing, root)
    process = processes[0]
    if not CODE.match(process.get("id") or ""):
        parsing.wrong("code_wrong", process, code=process.get("id") or "")
    parsing.process(process)
    if parsing.count > MAX_NODES:
        parsing.wrong("too_many_nodes", process, found=parsing.count, most=MAX_NODES)
    if parsing.findings:
        raise Refused(parsing.findings)
    code = str(process.get("id"))
    return Definition(code, names(process), parsing.variables, parsing.scopes, hashlib.sha256(data).hexdigest())


def _check_identifiers(parsing: Parsing, root: etree._Element) -> None:
    """Each node and flow has an identifier of its own, in the characters that XML allows and paths can hold."""
    seen: set[str] = set()
    for element in root.iter(f"{B}*"):
        kind = local(element)
        if kind not in nodes.KNOWN and kind not in ("process", "sequenceFlow", "message", "error"):
            continue
        identifier = element.get("id") or ""
        if not IDENTIFIER.match(identifier) or identifier in seen:
            parsing.wrong("identifier_wrong", element, id=identifier)
        seen.add(identifier)
