"""What an action of offices or people says when it can't be done or may not."""

from django.core.exceptions import PermissionDenied


class CannotError(Exception):
    """`message` says what is in the way and what to do next, in the language of the screen."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotAllowedError(PermissionDenied):
    """The principal may not do this. It is in the register."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
