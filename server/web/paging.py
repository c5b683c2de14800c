"""Pages of lists by offset: one that begins beyond the end is told, not shown empty."""

from server.core.errors import PestleError


def check_page(offset: int, total: int) -> None:
    """PestleError `page_beyond_end`; the first page of an empty list is a page."""
    if offset > 0 and offset >= total:
        raise PestleError("page_beyond_end", {"offset": offset, "total": total})
