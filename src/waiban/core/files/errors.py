"""What the door says no with."""


class RefusedError(ValueError):
    """The file may not come in. The text is for the field of the form; nothing has been stored.

    `reason`: classification_mark, unreadable, kind, name, size, broken, limits, empty.
    """

    def __init__(self, message: str, reason: str, *, mark: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.mark = mark
