"""Questions about promises. Row security has already said what is seen."""

from django.db.models import Q, QuerySet

from waiban.core.access.principals import Kind, Principal
from waiban.core.people.models import Post, Role
from waiban.domains.partners.models import Promise


def may_answer(principal: Principal, promise: Promise) -> bool:
    """The owner, or whoever stands in for it."""
    return promise.owner_post_id in principal.posts | principal.standing_in


def may_record(principal: Principal) -> bool:
    return principal.kind == Kind.SYSTEM or principal.post is not None


def confirming_posts(promise: Promise) -> "QuerySet[Post]":
    """Posts of the office that may look at the evidence: never the owner, never of the owner's unit unless that is
    the office itself.
    """
    posts = Post.objects.filter(
        office_id=promise.office_id, role__in=(Role.DESK_OFFICER, Role.SECTION_HEAD, Role.OFFICE_HEAD), closed_on=None
    ).exclude(pk=promise.owner_post_id)
    return posts.filter(Q(unit__is_office=True) | ~Q(unit_id=promise.unit_id))
