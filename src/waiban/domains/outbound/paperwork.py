"""What travel documents, visas and debts tell the rooms below: settings, sentences, notices, what they keep of a person."""

import uuid
from collections.abc import Collection, Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from waiban.core.access.permissions import Permission
from waiban.core.audit import sentences
from waiban.core.notify import texts
from waiban.core.offices import settings
from waiban.core.people import links, retention
from waiban.core.ui import nav
from waiban.domains.outbound import keeping, needs, reminding
from waiban.domains.outbound.document_sentences import SENTENCES
from waiban.domains.outbound.models import Debt, PaperNeed, TravelDocument


def set_up() -> None:
    """Called once, when Django is ready."""
    sentences.register(SENTENCES)
    sentences.register_words("paper_need", "paper", dict(PaperNeed.Kind.choices))
    settings.register(*keeping.SETTINGS, *needs.SETTINGS, *reminding.SETTINGS)
    texts.register(reminding.DIGEST, gettext_lazy("返回后事项 %(n)s 项待办，其中逾期 %(late)s 项"))
    texts.register(reminding.LIST, gettext_lazy("长期逾期 %(n)s 项，涉及 %(units)s 个单位"))
    retention.register(holds)
    retention.register_eraser(erase)
    links.register(
        gettext_lazy("因公证照"), "outbound:documents_of", lambda principal: principal.may(Permission.DOCUMENT_READ)
    )
    nav.register(
        nav.Entry(
            code="documents",
            label=gettext_lazy("证照"),
            url_name="outbound:documents",
            icon="book",
            order=30,
            may_open=lambda principal: principal.may(Permission.DOCUMENT_READ),
        )
    )


def holds(ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Sequence[retention.Hold]]:
    """A document in custody, or something owed: the person is needed as long as that lasts."""
    found: dict[uuid.UUID, list[retention.Hold]] = {}
    kept = TravelDocument.objects.filter(holder__in=list(ids)).exclude(place=TravelDocument.Place.NOWHERE)
    for holder in kept.values_list("holder_id", flat=True).distinct():
        found.setdefault(holder, []).append(retention.Hold(_("有因公证照在管")))
    owed = Debt.objects.filter(owing_traveller__in=list(ids), ended_on=None)
    for debtor in owed.values_list("owing_traveller_id", flat=True).distinct():
        found.setdefault(debtor, []).append(retention.Hold(_("有返回后事项未办")))
    return found


def erase(traveller_id: uuid.UUID) -> None:
    """The number goes with the person; that there was a document, and where it lay, stays."""
    TravelDocument.objects.filter(holder=traveller_id).update(number_secret=None, number_masked="", number_hash="")
