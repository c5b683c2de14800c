"""Reviews of the audit trail: which entries somebody of QA looked at, signed over their very bytes (IDN-10)."""
