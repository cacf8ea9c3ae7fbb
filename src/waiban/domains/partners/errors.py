"""What an action says when it can't be done: a sentence for the person, and the field it is about."""

from waiban.core.casework import errors


class CannotError(errors.CannotError):
    def __init__(self, message: str, pointer: str = "") -> None:
        super().__init__(message)
        self.pointer = pointer
