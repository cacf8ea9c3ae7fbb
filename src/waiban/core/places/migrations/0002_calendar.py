"""The announced holidays and make-up days that the package knows. Later years: `waiban places announce`."""

from django.db import migrations

from waiban.core.places.packages import calendar_days


def fill(apps, schema_editor):
    days = apps.get_model("places", "CalendarDay")
    days.objects.using(schema_editor.connection.alias).bulk_create(days(**row) for row in calendar_days())


class Migration(migrations.Migration):
    dependencies = [("places", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
