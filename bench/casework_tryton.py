"""Tryton's side of bench/casework.py: nine saved acts on one purchase request, timed here, told by lines."""

import sys
import time
from collections.abc import Callable
from decimal import Decimal

from trytond.config import config

config.update_etc(sys.argv[1])

from trytond.pool import Pool  # noqa: E402 - the configuration is read at import
from trytond.transaction import Transaction, TransactionError  # noqa: E402

NAME = "tryton"
LOGIN = "admin"


def in_transaction(act: Callable[[], None]) -> None:
    """As Tryton's dispatcher runs a call: a transaction, the user's context, access checked, a commit; run
    again with the rows locked where the model asks for that.
    """
    extras: dict[str, object] = {}
    while True:
        with Transaction().start(NAME, USER["id"], context=CONTEXT, **extras) as transaction:
            try:
                act()
                transaction.commit()
            except TransactionError as error:
                transaction.rollback()
                error.fix(extras)
                continue
            return


CONTEXT: dict[str, object] = {}
USER: dict[str, int] = {}


def prepare() -> dict[str, int]:
    pool = Pool()
    party_class, address = pool.get("party.party"), pool.get("party.address")
    currency_class, company_class = pool.get("currency.currency"), pool.get("company.company")
    user_class, location = pool.get("res.user"), pool.get("stock.location")
    currency = currency_class(
        name="Yuan", symbol="¥", code="CNY", numeric_code="156", rounding=Decimal("0.01"), digits=2
    )
    currency.save()
    party, supplier = party_class(name="Office"), party_class(name="Supplier")
    party_class.save([party, supplier])
    address.save([address(party=supplier, street="1")])
    company = company_class(party=party, currency=currency)
    company.save()
    (user,) = user_class.search([("login", "=", LOGIN)])
    USER["id"] = user.id
    user.companies, user.company = [company], company
    user.save()
    (warehouse,) = location.search([("type", "=", "warehouse")], limit=1)
    return {"company": company.id, "supplier": supplier.id, "warehouse": warehouse.id}


def steps(ids: dict[str, int]) -> list[Callable[[], None]]:
    pool = Pool()
    request_class, purchase_class = pool.get("purchase.request"), pool.get("purchase.purchase")
    line_class = pool.get("purchase.line")
    found: dict[str, int] = {}

    def request() -> None:
        request = request_class(company=ids["company"], description="九步审批", quantity=1)
        request.warehouse, request.party = ids["warehouse"], ids["supplier"]
        request.save()
        found["request"] = request.id

    def order() -> None:
        wizard = pool.get("purchase.request.create_purchase", type="wizard")
        chosen = found["request"]
        with Transaction().set_context(active_model="purchase.request", active_ids=[chosen], active_id=chosen):
            session, start, _end = wizard.create()
            wizard.execute(session, {}, start)
            wizard.delete(session)
        bought = request_class(found["request"]).purchase
        bought.invoice_method = "manual"
        bought.save()
        for line in bought.lines:
            line.unit_price = Decimal(1)
        line_class.save(bought.lines)
        found["purchase"] = bought.id

    def act(name: str) -> Callable[[], None]:
        return lambda: getattr(purchase_class, name)([purchase_class(found["purchase"])])

    later = ("quote", "draft", "quote", "draft", "quote", "confirm", "process")
    return [request, order, *(act(name) for name in later)]


def main() -> None:
    Pool.start()
    Pool(NAME).init()
    with Transaction().start(NAME, 0) as transaction:
        ids = prepare()
        transaction.commit()
    with Transaction().start(NAME, USER["id"]):
        CONTEXT.update(Pool().get("res.user").get_preferences(context_only=True))
    CONTEXT.update(_check_access=True, company=ids["company"])
    print("ready", flush=True)
    for _line in sys.stdin:
        with Transaction().start(NAME, USER["id"], context=CONTEXT):
            acts = steps(ids)
        total = 0.0
        for step in acts:
            began = time.perf_counter()
            in_transaction(step)
            total += time.perf_counter() - began
        print("took", total, flush=True)


if __name__ == "__main__":
    main()
