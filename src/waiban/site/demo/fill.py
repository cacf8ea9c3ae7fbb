"""Fill the demo office: people, the process, a year of trips; at once when it is there already."""

import os
import sys

import django


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waiban.site.settings")
    django.setup()
    from waiban.core.casework.actions.publish_release import seed_release
    from waiban.core.notify.actions.read_notices import read_notices
    from waiban.domains.outbound.models import Trip
    from waiban.domains.outbound.processes import RELEASED, bpmn_of
    from waiban.domains.partners import processes as promises
    from waiban.site.demo import people
    from waiban.site.demo.stories import STORIES
    from waiban.site.demo.travel_papers import fill_papers
    from waiban.site.demo.trips import play
    from waiban.site.demo.year_plans import fill_plans

    city = people.fill()
    with city.as_("office_head"):
        for process in RELEASED:
            seed_release(city.office.pk, process, bpmn_of(process), reason="启用通用流程")
        for process in promises.RELEASED:
            seed_release(city.office.pk, process, promises.bpmn_of(process), reason="启用通用流程")
    fill_plans(city)
    with city.as_system("demo"):
        there = set(Trip.objects.values_list("title", flat=True))
    missing = [story for story in STORIES if story.title not in there]
    for place, story in enumerate(missing, 1):
        print(f"\rdemo: 团组 {place} / {len(missing)}  ", end="", file=sys.stderr, flush=True)
        play(city, story)
    fill_papers(city)
    if len(missing) == len(STORIES):
        # A year of work was told of in a minute: what is over has been read, what waits stands in the inbox.
        for seat in city.posts:
            with city.as_(seat):
                read_notices()
    if missing:
        print("\rdemo: the office is filled          ", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
