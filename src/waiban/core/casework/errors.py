"""What an action says when it can't be done."""


class CannotError(Exception):
    """`message` says what is in the way and what to do next, in the language of the screen."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class AlreadyDoneError(CannotError):
    """Somebody else did it first; nothing was changed."""


class NotAllowedError(PermissionError):
    """The principal may not do this. It is in the register."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
