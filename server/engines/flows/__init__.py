"""Flows: a strict part of BPMN 2.0, checked before it is published and moved by a pure function, entry by entry."""
