"""One base class for everything that can be wrong with bytes from outside, so that a caller can catch it once."""


class SyncError(ValueError):
    """Bytes or facts that break a rule of `sync`.

    `code` is a key of the error catalogue (`server/core/errors.py`), stable and in lower_snake_case;
    `detail` says for the log what was found, in English, without secrets.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail

    def __reduce__(self) -> tuple[type["SyncError"], tuple[object, ...]]:
        # An exception is otherwise made again from its message, when it comes from another process.
        return type(self), (self.code, self.detail)
