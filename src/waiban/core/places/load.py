"""Fill the reference tables from the packages."""

from django.db import DEFAULT_DB_ALIAS, transaction

from waiban.core.places import packages
from waiban.core.places.models import City


def load_cities(using: str = DEFAULT_DB_ALIAS) -> int:
    """Take the package's cities over; those that it no longer has stay, since a record may name them."""
    rows = [City(**row) for row in packages.cities()]
    changed = ["name", "name_zh", "place", "latitude", "longitude", "population", "time_zone"]
    with transaction.atomic(using=using):
        City.objects.using(using).bulk_create(
            rows, batch_size=2000, update_conflicts=True, unique_fields=["id"], update_fields=changed
        )
    return len(rows)
