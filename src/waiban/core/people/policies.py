"""Questions about who may change people, posts and substitutes."""

import uuid

from waiban.core.access.permissions import Permission
from waiban.core.access.principals import Kind, Principal
from waiban.core.offices.policies import may
from waiban.core.people.models import Post, Unit


def may_name_substitute(principal: Principal, post: Post) -> bool:
    """Whoever holds the post; the head of its unit; the office's heads for every post of the office."""
    if principal.kind == Kind.SYSTEM:
        return principal.office == post.office_id
    if post.pk in principal.posts:
        return True
    if not may(principal, Permission.SUBSTITUTE_SET, post.office_id):
        return False
    own = Post.objects.filter(pk__in=principal.posts).values_list("unit_id", "office_wide")
    return any(office_wide or unit == post.unit_id for unit, office_wide in own)


def may_edit_travellers(principal: Principal, unit: Unit) -> bool:
    """The unit's own officer: who else sees a traveller only reads."""
    if not may(principal, Permission.TRAVELLER_EDIT, unit.office_id):
        return False
    if principal.kind == Kind.SYSTEM:
        return True
    return Post.objects.filter(pk__in=principal.posts | principal.standing_in, unit=unit).exists()


def may_merge_travellers(principal: Principal, office_id: uuid.UUID) -> bool:
    """The office alone: a unit isn't told that its person is known elsewhere."""
    return may(principal, Permission.TRAVELLER_MERGE, office_id)


def may_keep_travellers(principal: Principal, office_id: uuid.UUID) -> bool:
    """The nightly deletion is the platform's own."""
    return principal.kind == Kind.SYSTEM and principal.office == office_id
