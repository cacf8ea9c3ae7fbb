"""What an action of the lists says when it can't be done."""


class CannotError(Exception):
    """`message` says what is in the way and what to do next; `field` is the field of the form that it is about."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message, self.field = message, field
