from waiban.core.casework.models.cases import Case, DossierVersion, Watch
from waiban.core.casework.models.clocks import Deadline, Pause, Timer
from waiban.core.casework.models.decisions import Decision, MemberDecision, PaperEntry
from waiban.core.casework.models.feeds import CalendarFeed
from waiban.core.casework.models.items import WorkItem
from waiban.core.casework.models.releases import ProcessRelease
from waiban.core.casework.models.steptimes import StepTime

__all__ = [
    "CalendarFeed",
    "Case",
    "Deadline",
    "Decision",
    "DossierVersion",
    "MemberDecision",
    "PaperEntry",
    "Pause",
    "ProcessRelease",
    "StepTime",
    "Timer",
    "Watch",
    "WorkItem",
]
