"""The demo's year: who goes where for what, and how far each case has come. All of it is invented.

`leaves` is days from today to the departure; negative is past. `until` is the step at
which the case waits now; `end` how it ended, where it did.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Visit:
    """One stop; `city` is spelled as the per-diem table does where it has a row of its own."""

    country: str
    city: str
    nights: int
    inviter: str
    kind: str = "government"


@dataclass(frozen=True)
class Story:
    title: str
    unit: str
    kind: str
    purpose: str
    people: tuple[str, ...]
    visits: tuple[Visit, ...]
    leaves: int
    until: str = ""
    end: str = ""
    lag: int = 0
    """Days that the case has lain longer than usual where it waits."""
    extra: str = ""
    """correct: the office asked for a correction · back: sent back once and resumed · paper: decided on paper ·
    substitute: finance by a substitute · inspected: shown to the inspector · late: the report is not filed ·
    change: one of them can't go any more."""


def _v(country: str, city: str, nights: int, inviter: str, kind: str = "government") -> Visit:
    return Visit(country, city, nights, inviter, kind)


STORIES = (
    # Over: the history that the rules look back on.
    Story("赴日本机电产业对接", "commerce", "negotiation", "与大阪湾岸 3 家机电企业商谈扩产，签意向书 1 份。",
          ("commerce_1", "commerce_3", "commerce_5"), (_v("JP", "大阪", 4, "大阪湾岸产业振兴会", "association"),), -310, end="closed"),
    Story("赴德国港口合作洽谈", "port", "negotiation", "商谈集装箱航线加密和港口数字化。",
          ("port_2", "port_3", "port_5"), (_v("DE", "汉堡", 4, "汉堡湾港口管理公司", "company"),), -280, end="closed", extra="paper"),
    Story("赴韩国文旅推介", "culture", "investment_promotion", "举办推介会 1 场，对接旅行社 12 家。",
          ("culture_2", "culture_3", "culture_5"), (_v("KR", "首尔", 4, "首尔汉江文化振兴院"),), -245, end="closed"),
    Story("赴新加坡招商", "investment", "investment_promotion", "拜访总部机构 5 家，跟进冷链项目。",
          ("investment_1", "investment_3"), (_v("SG", "", 4, "新加坡湾区工商协会", "association"),), -210, end="closed", extra="substitute"),
    Story("赴越南水产贸易洽谈", "zone", "negotiation", "落实水产加工企业落户事项。",
          ("zone_3", "zone_4"), (_v("VN", "河内", 4, "河内水产贸易促进会", "association"),), -170, end="closed"),
    Story("赴英国高校合作交流", "university", "academic_exchange", "合作研究海洋材料，商定联合培养。",
          ("university_4", "university_5"), (_v("GB", "伦敦", 4, "北湾大学海洋学院", "university_or_institute"),), -140, end="closed"),
    Story("赴香港医疗协作交流", "hospital", "visit", "商定专科医师互派和远程会诊。",
          ("hospital_3", "hospital_4"), (_v("HK", "", 2, "香港维港医疗集团", "company"),), -120, end="closed"),
    Story("赴法国、意大利文旅推介", "culture", "investment_promotion", "参加旅游展，推介非遗线路。",
          ("culture_1", "culture_4", "culture_5"),
          (_v("FR", "巴黎", 4, "巴黎国际旅游展组委会", "association"), _v("IT", "罗马", 3, "拉齐奥旅游促进局")), -96, end="closed", extra="inspected"),
    Story("赴澳大利亚农业考察洽谈", "county", "negotiation", "洽谈种质资源引进。",
          ("county_3", "county_5"), (_v("AU", "悉尼", 4, "南岸农业协会", "association"),), -90, end="refused"),
    Story("赴泰国教育展", "education", "exhibition", "参加教育展，推介中外合作办学。",
          ("education_2", "education_3"), (_v("TH", "曼谷", 4, "曼谷国际教育展组委会", "association"),), -80, end="withdrawn"),
    # Back, and what is still owed.
    Story("赴荷兰花卉展", "county", "exhibition", "参加花卉展，签采购意向 2 份。",
          ("county_2", "county_3", "county_5"), (_v("NL", "阿姆斯特丹", 4, "阿尔斯梅尔花卉协会", "association"),), -42, until="report", extra="late"),
    Story("赴美国学术会议", "university", "academic_exchange", "参加计算机学术会议并作报告。",
          ("university_8",), (_v("US", "旧金山", 4, "国际计算机学术会议组委会", "association"),), -20, until="close"),
    # Away.
    Story("赴印度尼西亚渔业合作", "zone", "negotiation", "商谈远洋渔业基地。",
          ("zone_2", "zone_4"), (_v("ID", "雅加达", 4, "雅加达渔业商会", "association"),), -3, until="come_back"),
    # Approved, on the way out.
    Story("赴西班牙冷链合作", "investment", "negotiation", "商谈冷链物流园二期。",
          ("investment_2", "investment_4"), (_v("ES", "马德里", 4, "马德里冷链物流协会", "association"),), 18, until="depart", extra="change"),
    Story("赴马来西亚港口合作", "port", "negotiation", "商谈港口姊妹港协议。",
          ("port_4", "port_6"), (_v("MY", "吉隆坡", 4, "巴生湾港务局"),), 26, until="travel_papers"),
    Story("赴澳门会展合作", "investment", "meeting", "商定会展业联合推介。",
          ("investment_3", "investment_5"), (_v("MO", "", 3, "澳门会展业协会", "association"),), 34, until="issue_permit"),
    # Waiting for the higher body.
    Story("赴澳大利亚、新西兰乳业合作", "government", "negotiation", "率团商谈乳业加工项目和友城事项。",
          ("government_2", "government_3", "government_4"),
          (_v("AU", "悉尼", 4, "新州湾岸市政府"), _v("NZ", "奥克兰", 3, "奥克兰北岸市议会")), 55, until="outside_approval", extra="paper"),
    # In the office.
    Story("赴加拿大清洁能源洽谈", "commerce", "negotiation", "商谈清洁能源设备供货。",
          ("commerce_2", "commerce_4"), (_v("CA", "多伦多", 4, "多伦多清洁能源协会", "association"),), 48, until="approve"),
    Story("赴瑞士精密制造对接", "zone", "negotiation", "对接精密制造企业 4 家。",
          ("zone_1", "zone_3"), (_v("CH", "日内瓦", 4, "日内瓦精密制造联合会", "association"),), 52, until="head_review"),
    Story("赴丹麦风电运维培训洽谈", "port", "negotiation", "商谈风电运维基地。",
          ("port_1", "port_5", "port_6"), (_v("DK", "哥本哈根", 4, "哥本哈根风电运维协会", "association"),), 58, until="section_review", extra="back"),
    Story("赴日本友好城市青年交流", "education", "visit", "商定青年交流项目。",
          ("education_3", "education_4"), (_v("JP", "东京", 4, "东京湾青年交流协会", "association"),), 60, until="desk_review", lag=9),
    Story("赴巴西农业合作", "county", "negotiation", "商谈大豆和农机合作。",
          ("county_4", "county_5"), (_v("BR", "巴西利亚", 4, "巴西利亚农业合作社联盟", "association"),), 75, until="desk_review"),
    Story("赴法国文旅推介", "culture", "investment_promotion", "推介非遗线路，签合作备忘录。",
          ("culture_3", "culture_4"), (_v("FR", "巴黎", 4, "巴黎文旅促进会", "association"),), 64, until="accept", extra="correct"),
    Story("赴香港招商推介", "zone", "investment_promotion", "拜访总部机构 6 家。",
          ("zone_2", "zone_3", "zone_5"), (_v("HK", "", 3, "香港中环工商会", "association"),), 45, until="accept", lag=3),
    # In the unit.
    Story("赴德国职业教育合作", "education", "negotiation", "商谈职业教育双元制试点。",
          ("education_1", "education_3"), (_v("DE", "柏林", 4, "柏林职业教育中心", "university_or_institute"),), 70, until="submit"),
    Story("赴韩国海洋科技合作", "university", "academic_exchange", "合作研究近海生态。",
          ("university_4", "university_6"), (_v("KR", "釜山", 4, "釜山海洋大学", "university_or_institute"),), 80, until="unit_approval"),
    Story("赴比利时医疗装备洽谈", "hospital", "negotiation", "洽谈医疗装备引进和培训。",
          ("hospital_2", "hospital_3"), (_v("BE", "布鲁塞尔", 4, "布鲁塞尔医学中心", "university_or_institute"),), 85, until="notice"),
    Story("赴阿联酋招商", "commerce", "investment_promotion", "对接主权基金和贸易企业。",
          ("commerce_2", "commerce_4", "commerce_6"), (_v("AE", "", 4, "迪拜湾工商会", "association"),), 90, until="finance_review"),
    # Drafts.
    Story("赴日本、韩国经贸洽谈", "commerce", "negotiation", "与 3 家机电企业谈二期扩产选址，签 1 份供货备忘录。",
          ("commerce_1", "commerce_3", "commerce_4", "commerce_5", "commerce_6", "commerce_7"),
          (_v("JP", "大阪", 4, "大阪湾岸产业振兴会", "association"), _v("KR", "首尔", 4, "首尔汉江会展服务社", "company")), 98, until="draft"),
    Story("赴意大利设计周", "culture", "exhibition", "", ("culture_2",), (_v("IT", "罗马", 4, ""),), 120, until="draft"),
)  # fmt: skip
