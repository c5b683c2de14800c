/** A design while it is drawn: elements are added, moved and taken away; what stands against one is found by its place. */
import type { Design, Element, Finding, What } from "./types";

export type Kind = Element["kind"];
export const KINDS: readonly Kind[] = ["text", "field", "datamatrix", "qr", "box"];
export const WHATS: readonly What[] = ["container", "sample", "dispensed", "status"];

export function blank(): Design {
  return { what: "container", name: { zh: "", en: "" }, width: "60", height: "40", elements: [] };
}

/** A new element of a kind, where it is seen at once and can be scanned. */
export function element(kind: Kind, fields: readonly string[]): Element {
  const code = kind === "datamatrix" || kind === "qr";
  const value = kind === "field" ? (fields[0] ?? "") : "";
  return { kind, x: "2", y: "2", w: code ? "18" : "40", h: code ? "18" : kind === "box" ? "20" : "5", size: kind === "box" ? "0.5" : code ? "1" : "9", bold: false, value };
}

/** An element as another kind: its words are those of the kind. */
export function as(one: Element, kind: Kind, fields: readonly string[]): Element {
  return { ...element(kind, fields), x: one.x, y: one.y, w: one.w, h: one.h };
}

/** "7,5" and " 7.50 " are lengths as people type them; what is none stays, and is refused. */
export function length(text: string): string {
  return text.trim().replace(",", ".");
}

const LENGTH = /^[0-9]{1,3}(\.[0-9]{1,2})?$/;

export function complete(code: string, design: Design): boolean {
  const lengths = [design.width, design.height, ...design.elements.flatMap((one) => [one.x, one.y, one.w, one.h])];
  const sizes = design.elements.every((one) => /^[0-9]{1,2}(\.[0-9]{1,2})?$/.test(one.size));
  return /^[^\s/][^/]{0,79}$/.test(code.trim()) && design.name.zh.trim() !== "" && design.name.en.trim() !== "" && design.elements.length > 0 && sizes && lengths.every((one) => LENGTH.test(one));
}

/** What was found about the element at a place. */
export function about(findings: readonly Finding[], at: number): string[] {
  return findings.filter((one) => one.path === `elements/${at}`).map((one) => one.code);
}

/** What was found about the label as a whole. */
export function whole(findings: readonly Finding[]): Finding[] {
  return findings.filter((one) => !/^elements\/\d+$/.test(one.path));
}
