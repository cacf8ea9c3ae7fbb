"""Bring a promise to its owner's inbox: on its due day, when a review is due, or when the owner reports by himself."""

import uuid
from dataclasses import replace
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from waiban.core.access.principals import acting_as, current_principal
from waiban.core.casework.actions.open_case import open_case
from waiban.core.casework.clocks import today
from waiban.core.casework.models import Case
from waiban.core.people.principals import system
from waiban.domains.partners.models import Promise, PromiseReview


def open_due_reviews(office_id: uuid.UUID, on: date | None = None) -> int:
    """By the nightly job. One at a time is enough: while a check runs, the next waits for its end."""
    day = on or today()
    opened = 0
    with acting_as(system(office_id, "promise reviews")):
        due = list(
            PromiseReview.objects.filter(
                promise__office_id=office_id, promise__state=Promise.State.OPEN, on__lte=day, case=None, done_on=None,
                dropped_on=None,
            )
            .select_related("promise__unit", "promise__owner_post__unit", "promise__office")
            .order_by("on", "id")
        )  # fmt: skip
        for review in due:
            if not Case.objects.filter(subject_id=review.promise_id, result="").exists():
                open_review(review.promise, review, on=day)
                opened += 1
    return opened


@transaction.atomic
def open_review(promise: Promise, review: PromiseReview | None, *, on: date) -> Case:
    """The case lies with the owner from the start; the system opens it on the owner's behalf when a day has come."""
    principal = current_principal()
    if promise.owner_post_id not in principal.posts | principal.standing_in:
        principal = replace(principal, posts=frozenset({promise.owner_post_id}))
    times = Case.objects.filter(subject_id=promise.pk).count() + 1
    with acting_as(principal):
        case = open_case(
            "promise",
            promise.pk,
            number=_("承诺%(year)d-%(n)d核%(times)d") % {"year": promise.year, "n": promise.number, "times": times},
            title=promise.what[:200],
            detail=promise.counterpart[:200],
            process="promise",
            applicant_post=promise.owner_post,
            on=on,
        )
        if review is not None:
            review.case = case
            review.save(update_fields=["case"])
    return case
