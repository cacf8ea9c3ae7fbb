from waiban.core.people.models.accounts import Account, Appointment, Substitute
from waiban.core.people.models.merges import TravellerMerge
from waiban.core.people.models.posts import Post, Role, Unit, UnitKind
from waiban.core.people.models.specimens import SealSpecimen
from waiban.core.people.models.tokens import ApiAnswer, ApiToken
from waiban.core.people.models.travellers import Traveller, TravellerRecord

__all__ = [
    "Account",
    "ApiAnswer",
    "ApiToken",
    "Appointment",
    "Post",
    "Role",
    "SealSpecimen",
    "Substitute",
    "Traveller",
    "TravellerMerge",
    "TravellerRecord",
    "Unit",
    "UnitKind",
]
