"""Checks a log or a dossier from its bytes alone: no database, no server, nothing but `sync` and its dependencies."""

from sync.verify.dossier import verify_bundle, verify_pdf
from sync.verify.log import verify_log
from sync.verify.result import Result, Wrong

__all__ = ["Result", "Wrong", "verify_bundle", "verify_log", "verify_pdf"]
