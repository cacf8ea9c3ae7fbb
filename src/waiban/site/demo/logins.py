"""The demo's logins: one for each kind of reader. The accounts are made by `demo.people`."""

from dataclasses import dataclass

PASSWORD = "yunting-2027-demo"  # noqa: S105 - printed by bin/demo; every name in the demo is invented


@dataclass(frozen=True, slots=True)
class Login:
    username: str
    name: str
    post: str
    what_en: str


LOGINS: tuple[Login, ...] = (
    Login("zhuanban", "温以宁", "市商务局专办员岗", "applicant: drafts and submits for the commerce bureau"),
    Login("caiwu", "顾惟清", "市商务局财务岗", "reviews the unit's budget"),
    Login("juzhang", "程知远", "市商务局局长岗", "head of the unit: approves inside the unit"),
    Login("zuzhi", "陆明远", "市委组织部组织人事岗", "personnel body: files who is managed by the city"),
    Login("jingban", "沈砚秋", "市外办经办岗", "desk officer: accepts, reviews, records from paper"),
    Login("kezhang", "林疏影", "市外办科长岗", "section head"),
    Login("zhuren", "许令仪", "市外办主任岗", "office head: decides, settings, people, order of steps"),
    Login("lingdao", "韩景行", "市政府分管副市长", "city leader: approves on one page"),
    Login("taiban", "乔若木", "市台办涉台岗", "Taiwan affairs office"),
    Login("shenji", "纪修文", "市审计局审计岗", "auditor: reads everything, the register too"),
    Login("jiancha", "方鉴", "省检查组检查岗", "inspector from outside: sees only what is shared"),
    Login("jiaoyu", "苏若虚", "市教育局专办员岗", "outsider in another unit: sees none of the others' trips"),
)
