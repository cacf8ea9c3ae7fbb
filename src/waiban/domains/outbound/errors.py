"""What an action says when it can't be done: a sentence for the person, and the field it is about."""

from waiban.core.casework import errors


class CannotError(errors.CannotError):
    """`message` says what is in the way and what to do; `pointer` is the field, empty for the whole."""

    def __init__(self, message: str, pointer: str = "") -> None:
        super().__init__(message)
        self.pointer = pointer


class ChangedMeanwhileError(CannotError):
    """Somebody saved another version since the page was opened."""
