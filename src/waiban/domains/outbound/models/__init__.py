from waiban.domains.outbound.models.attachments import Attachment
from waiban.domains.outbound.models.attestations import Attestation
from waiban.domains.outbound.models.changes import TripChange
from waiban.domains.outbound.models.members import TripMember
from waiban.domains.outbound.models.notices import InternalNotice
from waiban.domains.outbound.models.results import TripReport
from waiban.domains.outbound.models.trips import Remedy, Trip
from waiban.domains.outbound.models.versions import Deviation, TripVersion

__all__ = [
    "Attachment",
    "Attestation",
    "Deviation",
    "InternalNotice",
    "Remedy",
    "Trip",
    "TripChange",
    "TripMember",
    "TripReport",
    "TripVersion",
]
