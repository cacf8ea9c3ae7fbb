from waiban.domains.outbound.models.attachments import Attachment
from waiban.domains.outbound.models.attestations import Attestation
from waiban.domains.outbound.models.members import TripMember
from waiban.domains.outbound.models.notices import InternalNotice
from waiban.domains.outbound.models.trips import Remedy, Trip

__all__ = ["Attachment", "Attestation", "InternalNotice", "Remedy", "Trip", "TripMember"]
