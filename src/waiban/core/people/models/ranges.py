from django.db.models import Func


class Days(Func):
    """daterange(from, until, '[]'): both days are in, an empty `until` is open."""

    function = "daterange"
    template = "%(function)s(%(expressions)s, '[]')"
