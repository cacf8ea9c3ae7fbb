from waiban.core.casework.models.cases import Case, DossierVersion, Watch
from waiban.core.casework.models.clocks import Deadline, Pause, Timer
from waiban.core.casework.models.decisions import Decision, MemberDecision, PaperEntry
from waiban.core.casework.models.items import WorkItem
from waiban.core.casework.models.releases import ProcessRelease

__all__ = [
    "Case",
    "Deadline",
    "Decision",
    "DossierVersion",
    "MemberDecision",
    "PaperEntry",
    "Pause",
    "ProcessRelease",
    "Timer",
    "Watch",
    "WorkItem",
]
