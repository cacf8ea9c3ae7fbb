"""Where "now" comes from: handed in, so that a test or a demo can stand at another day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Callable

OFFICE_ZONE = ZoneInfo("Asia/Shanghai")


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """`now` is in UTC; `today` is the legal day in the office's zone."""

    source: Callable[[], datetime] = _utc_now
    zone: ZoneInfo = OFFICE_ZONE

    def now(self) -> datetime:
        moment = self.source()
        if moment.tzinfo is None:
            raise ValueError("a clock's source gives aware moments only")
        return moment.astimezone(UTC)

    def today(self) -> date:
        return self.now().astimezone(self.zone).date()

    @classmethod
    def fixed(cls, moment: datetime) -> Clock:
        return cls(lambda: moment)
