from waiban.domains.outbound.models.attachments import Attachment
from waiban.domains.outbound.models.attestations import Attestation
from waiban.domains.outbound.models.cards import TripCard
from waiban.domains.outbound.models.changes import ChangeNotice, TripChange
from waiban.domains.outbound.models.custody import CustodyEvent, Stocktake
from waiban.domains.outbound.models.debts import Debt, DebtReminder, Explanation, Suspension
from waiban.domains.outbound.models.documents import TravelDocument
from waiban.domains.outbound.models.imports import ImportBatch, ImportedRow, ImportMapping
from waiban.domains.outbound.models.members import TripMember
from waiban.domains.outbound.models.notices import InternalNotice, Objection
from waiban.domains.outbound.models.outside import OutsideRecord
from waiban.domains.outbound.models.plans import Allotment, AnnualPlan, PlanItem, Quota, QuotaEntry
from waiban.domains.outbound.models.registers import PaperHandling
from waiban.domains.outbound.models.results import TripReport
from waiban.domains.outbound.models.sending import SendingPart
from waiban.domains.outbound.models.settlements import Advance, BudgetBuild, Settlement
from waiban.domains.outbound.models.trips import Remedy, Trip
from waiban.domains.outbound.models.versions import Deviation, TripVersion
from waiban.domains.outbound.models.visas import EntryRule, PaperNeed, VisaBatch

__all__ = [
    "Advance",
    "Allotment",
    "AnnualPlan",
    "Attachment",
    "Attestation",
    "BudgetBuild",
    "ChangeNotice",
    "CustodyEvent",
    "Debt",
    "DebtReminder",
    "Deviation",
    "EntryRule",
    "Explanation",
    "ImportBatch",
    "ImportMapping",
    "ImportedRow",
    "InternalNotice",
    "Objection",
    "OutsideRecord",
    "PaperHandling",
    "PaperNeed",
    "PlanItem",
    "Quota",
    "QuotaEntry",
    "Remedy",
    "SendingPart",
    "Settlement",
    "Stocktake",
    "Suspension",
    "TravelDocument",
    "Trip",
    "TripCard",
    "TripChange",
    "TripMember",
    "TripReport",
    "TripVersion",
    "VisaBatch",
]
