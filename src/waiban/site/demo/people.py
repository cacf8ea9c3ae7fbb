"""Who is who in the demo's invented city 云汀市: units, seats, travellers. Every name is invented."""

from datetime import date

from waiban.core.access.principals import PUBLIC, acting_as
from waiban.core.offices.actions.record_grant import record_grant
from waiban.core.offices.models import Office
from waiban.core.people.actions.save_traveller import Facts
from waiban.core.people.models import Account, Post, Role, Traveller, Unit
from waiban.core.people.personas import City, CityPlan, SeatPlan, TravellerPlan, UnitPlan, build
from waiban.core.people.principals import system
from waiban.site.demo.logins import PASSWORD

SLUG = "yunting"

UNITS = (
    UnitPlan("office", "云汀市人民政府外事办公室", "市外办", "government", is_office=True),
    UnitPlan("government", "云汀市人民政府", "市政府", "government"),
    UnitPlan("personnel", "中共云汀市委组织部", "市委组织部", "party"),
    UnitPlan("taiwan", "云汀市台湾事务办公室", "市台办", "party"),
    UnitPlan("audit", "云汀市审计局", "市审计局", "government"),
    UnitPlan("inspection", "省外事检查组", "省检查组", "other"),
    UnitPlan("commerce", "云汀市商务局", "市商务局", "government"),
    UnitPlan("education", "云汀市教育局", "市教育局", "government"),
    UnitPlan("culture", "云汀市文化和旅游局", "市文化和旅游局", "government"),
    UnitPlan("investment", "云汀市投资促进局", "市投资促进局", "government"),
    UnitPlan("university", "云汀大学", "云汀大学", "university"),
    UnitPlan("port", "云汀港务集团有限公司", "云汀港务集团", "state_enterprise"),
    UnitPlan("hospital", "云汀市第一人民医院", "市第一人民医院", "public_institution"),
    UnitPlan("county", "石湾县人民政府", "石湾县政府", "government"),
    UnitPlan("zone", "白鹭洲经济开发区管理委员会", "白鹭洲开发区", "government"),
)

OFFICER, FINANCE, HEAD = Role.DESIGNATED_OFFICER, Role.UNIT_FINANCE, Role.UNIT_HEAD

SEATS = (
    SeatPlan("desk_officer", "office", Role.DESK_OFFICER, "沈砚秋", "经办岗", "jingban"),
    SeatPlan("desk_officer_2", "office", Role.DESK_OFFICER, "顾北辰", "经办岗（二）", "jingban2"),
    SeatPlan("section_head", "office", Role.SECTION_HEAD, "林疏影", "科长岗", "kezhang"),
    SeatPlan("office_head", "office", Role.OFFICE_HEAD, "许令仪", "主任岗", "zhuren"),
    SeatPlan("office_head_2", "office", Role.OFFICE_HEAD, "江望舒", "副主任岗", "fuzhuren"),
    SeatPlan("city_leader", "government", Role.CITY_LEADER, "韩景行", "分管副市长", "lingdao"),
    SeatPlan("personnel_body", "personnel", Role.PERSONNEL_BODY, "陆明远", "组织人事岗", "zuzhi"),
    SeatPlan("taiwan_office", "taiwan", Role.TAIWAN_OFFICE, "乔若木", "涉台岗", "taiban"),
    SeatPlan("auditor", "audit", Role.AUDITOR, "纪修文", "审计岗", "shenji"),
    SeatPlan("inspector", "inspection", Role.INSPECTOR, "方鉴", "检查岗", "jiancha"),
    SeatPlan("designated_officer", "commerce", OFFICER, "温以宁", "专办员岗", "zhuanban"),
    SeatPlan("unit_finance", "commerce", FINANCE, "顾惟清", "财务岗", "caiwu"),
    SeatPlan("unit_head", "commerce", HEAD, "程知远", "局长岗", "juzhang"),
    SeatPlan("outsider", "education", OFFICER, "苏若虚", "专办员岗", "jiaoyu"),
    SeatPlan("education_finance", "education", FINANCE, "钱素商", "财务岗", "jiaoyu-caiwu"),
    SeatPlan("education_head", "education", HEAD, "丁怀瑾", "局长岗", "jiaoyu-juzhang"),
    SeatPlan("culture_officer", "culture", OFFICER, "叶知秋", "专办员岗", "wenlv"),
    SeatPlan("culture_finance", "culture", FINANCE, "宋砚耕", "财务岗", "wenlv-caiwu"),
    SeatPlan("culture_head", "culture", HEAD, "白鹿鸣", "局长岗", "wenlv-juzhang"),
    SeatPlan("investment_officer", "investment", OFFICER, "何一帆", "专办员岗", "toucu"),
    SeatPlan("investment_finance", "investment", FINANCE, "贺兰溪", "财务岗", "toucu-caiwu"),
    SeatPlan("investment_head", "investment", HEAD, "孟长河", "局长岗", "toucu-juzhang"),
    SeatPlan("university_officer", "university", OFFICER, "谢书遥", "国际处专办员岗", "daxue"),
    SeatPlan("university_finance", "university", FINANCE, "章如晦", "财务岗", "daxue-caiwu"),
    SeatPlan("university_head", "university", HEAD, "祝明堂", "校长岗", "daxue-xiaozhang"),
    SeatPlan("university_personnel", "university", Role.PERSONNEL_BODY, "费清和", "组织人事岗", "daxue-zuzhi"),
    SeatPlan("port_officer", "port", OFFICER, "陶行舟", "专办员岗", "gangwu"),
    SeatPlan("port_finance", "port", FINANCE, "柳依岸", "财务岗", "gangwu-caiwu"),
    SeatPlan("port_head", "port", HEAD, "江海宁", "董事长岗", "gangwu-dongshi"),
    SeatPlan("hospital_officer", "hospital", OFFICER, "杜若蘅", "专办员岗", "yiyuan"),
    SeatPlan("hospital_finance", "hospital", FINANCE, "石介之", "财务岗", "yiyuan-caiwu"),
    SeatPlan("hospital_head", "hospital", HEAD, "华叔夜", "院长岗", "yiyuan-yuanzhang"),
    SeatPlan("county_officer", "county", OFFICER, "田小满", "专办员岗", "shiwan"),
    SeatPlan("county_finance", "county", FINANCE, "谷雨生", "财务岗", "shiwan-caiwu"),
    SeatPlan("county_head", "county", HEAD, "鲁平章", "县长岗", "shiwan-xianzhang"),
    SeatPlan("county_personnel", "county", Role.PERSONNEL_BODY, "秦守成", "组织人事岗", "shiwan-zuzhi"),
    SeatPlan("commerce_personnel", "commerce", Role.PERSONNEL_BODY, "冯守拙", "组织人事岗", "shangwu-zuzhi"),
    SeatPlan("education_personnel", "education", Role.PERSONNEL_BODY, "蒋宜修", "组织人事岗", "jiaoyu-zuzhi"),
    SeatPlan("culture_personnel", "culture", Role.PERSONNEL_BODY, "沈既明", "组织人事岗", "wenlv-zuzhi"),
    SeatPlan("investment_personnel", "investment", Role.PERSONNEL_BODY, "褚怀玉", "组织人事岗", "toucu-zuzhi"),
    SeatPlan("port_personnel", "port", Role.PERSONNEL_BODY, "卫长庚", "组织人事岗", "gangwu-zuzhi"),
    SeatPlan("hospital_personnel", "hospital", Role.PERSONNEL_BODY, "韩蕴之", "组织人事岗", "yiyuan-zuzhi"),
    SeatPlan("zone_personnel", "zone", Role.PERSONNEL_BODY, "朱砚北", "组织人事岗", "bailuzhou-zuzhi"),
    SeatPlan("office_personnel", "office", Role.PERSONNEL_BODY, "秦汉月", "组织人事岗", "waiban-zuzhi"),
    SeatPlan("government_personnel", "government", Role.PERSONNEL_BODY, "尤知白", "组织人事岗", "zhengfu-zuzhi"),
    SeatPlan("government_officer", "government", OFFICER, "许之恒", "专办员岗", "zhengfu"),
    SeatPlan("government_finance", "government", FINANCE, "吕思齐", "财务岗", "zhengfu-caiwu"),
    SeatPlan("government_head", "government", HEAD, "施怀谷", "秘书长岗", "zhengfu-mishuzhang"),
    SeatPlan("office_officer", "office", OFFICER, "张若水", "专办员岗", "waiban"),
    SeatPlan("zone_officer", "zone", OFFICER, "夏云集", "专办员岗", "bailuzhou"),
    SeatPlan("zone_finance", "zone", FINANCE, "严可均", "财务岗", "bailuzhou-caiwu"),
    SeatPlan("zone_head", "zone", HEAD, "方与时", "主任岗", "bailuzhou-zhuren"),
)


def _official(post: str, rank: str, managed_by: str, team: str = "", *, heads: bool = False) -> Facts:
    return Facts(
        post=post,
        rank=rank,
        category="official",
        status="serving",
        managed_by=managed_by,
        heads_unit=heads,
        leadership_of=team or "无",
        in_charge_of=() if heads or team else None,
    )


def _leader(post: str, rank: str, managed_by: str, team: str, *fields: str, heads: bool = False) -> Facts:
    return Facts(
        post=post,
        rank=rank,
        category="official",
        status="serving",
        managed_by=managed_by,
        heads_unit=heads,
        leadership_of=team,
        term_from=date(2022, 1, 10),
        in_charge_of=fields,
    )


def _scholar(post: str, grade: str = "") -> Facts:
    return Facts(
        post=post,
        rank="senior_title",
        grade=grade,
        category="teaching_research",
        status="serving",
        managed_by="unit",
        heads_unit=False,
        leadership_of="无",
    )


def _enterprise(post: str, rank: str, managed_by: str, team: str = "", *, heads: bool = False) -> Facts:
    return Facts(
        post=post,
        rank=rank,
        category="state_enterprise",
        status="serving",
        managed_by=managed_by,
        heads_unit=heads,
        leadership_of=team or "无",
    )


MOVED_NUMBER = "000000198405120016"


def _moved(name: str, pinyin: str, born_on: date, number: str | None) -> tuple[TravellerPlan, ...]:
    return tuple(
        TravellerPlan(
            f"{unit}_{pinyin.lower().replace(' ', '_')}",
            unit,
            name,
            _official(post, "section", "unit"),
            pinyin=pinyin,
            born_on=born_on,
            identity_number=number,
        )
        for unit, post in (("investment", "投资服务科科长"), ("zone", "企业服务局副局长"))
    )


def _people(unit: str, *rows: tuple[str, str, Facts]) -> tuple[TravellerPlan, ...]:
    return tuple(
        TravellerPlan(f"{unit}_{place}", unit, name, facts, pinyin=pinyin)
        for place, (name, pinyin, facts) in enumerate(rows, 1)
    )


GOVERNMENT, COMMERCE, EDUCATION = "云汀市人民政府党组", "云汀市商务局党组", "云汀市教育局党组"
CULTURE, INVESTMENT, UNIVERSITY = "云汀市文化和旅游局党组", "云汀市投资促进局党组", "云汀大学党委"
PORT, HOSPITAL, COUNTY = "云汀港务集团党委", "云汀市第一人民医院党委", "石湾县人民政府党组"
ZONE, OFFICE = "白鹭洲开发区党工委", "云汀市外办党组"

TRAVELLERS = (
    *_people(
        "government",
        ("韩景行", "HAN JINGXING", _leader("副市长", "deputy_bureau", "province", GOVERNMENT, "foreign_affairs")),
        ("卢见山", "LU JIANSHAN", _leader("副市长", "deputy_bureau", "province", GOVERNMENT, "commerce")),
        ("彭思齐", "PENG SIQI", _official("副秘书长", "county", "city")),
        ("郝清越", "HAO QINGYUE", _official("秘书四科科长", "section", "unit")),
    ),
    *_people(
        "office",
        ("许令仪", "XU LINGYI", _leader("主任", "county", "city", OFFICE, "foreign_affairs", heads=True)),
        ("江望舒", "JIANG WANGSHU", _leader("副主任", "deputy_county", "city", OFFICE, "foreign_affairs")),
        ("林疏影", "LIN SHUYING", _official("出国境管理科科长", "section", "unit")),
        ("岳鸣珂", "YUE MINGKE", _official("翻译科副科长", "deputy_section", "unit")),
        ("罗子衿", "LUO ZIJIN", _official("翻译科科员", "staff", "unit")),
    ),
    *_people(
        "commerce",
        ("程知远", "CHENG ZHIYUAN", _leader("局长", "county", "city", COMMERCE, "commerce", heads=True)),
        ("唐一苇", "TANG YIWEI", _leader("副局长", "deputy_county", "city", COMMERCE, "commerce")),
        ("梁牧之", "LIANG MUZHI", _official("对外贸易科科长", "section", "unit")),
        ("尹婉清", "YIN WANQING", _official("外资管理科科长", "section", "unit")),
        ("潘若谷", "PAN RUOGU", _official("对外贸易科副科长", "deputy_section", "unit")),
        ("邵青禾", "SHAO QINGHE", _official("电子商务科科员", "staff", "unit")),
        ("温以宁", "WEN YINING", _official("办公室科员", "staff", "unit")),
    ),
    *_people(
        "education",
        ("丁怀瑾", "DING HUAIJIN", _leader("局长", "county", "city", EDUCATION, "other", heads=True)),
        ("孔令则", "KONG LINGZE", _leader("副局长", "deputy_county", "city", EDUCATION, "foreign_affairs")),
        ("施明澜", "SHI MINGLAN", _official("国际交流科科长", "section", "unit")),
        ("汪静姝", "WANG JINGSHU", _official("基础教育科科长", "section", "unit")),
        ("黎小满", "LI XIAOMAN", Facts(post="云汀中学校长", rank="other", category="other", status="serving")),
    ),
    *_people(
        "culture",
        ("白鹿鸣", "BAI LUMING", _leader("局长", "county", "city", CULTURE, "other", heads=True)),
        ("阮江月", "RUAN JIANGYUE", _leader("副局长", "deputy_county", "city", CULTURE, "foreign_affairs")),
        ("龚子由", "GONG ZIYOU", _official("市场推广科科长", "section", "unit")),
        ("莫问津", "MO WENJIN", _official("非遗保护科科长", "section", "unit")),
        ("俞采薇", "YU CAIWEI", _official("市场推广科科员", "staff", "unit")),
    ),
    *_people(
        "investment",
        ("孟长河", "MENG CHANGHE", _leader("局长", "county", "city", INVESTMENT, "commerce", heads=True)),
        ("戴维桢", "DAI WEIZHEN", _leader("副局长", "deputy_county", "city", INVESTMENT, "commerce")),
        ("邹远帆", "ZOU YUANFAN", _official("招商一科科长", "section", "unit")),
        ("熊若飞", "XIONG RUOFEI", _official("招商二科科长", "section", "unit")),
        ("康宁", "KANG NING", _official("招商一科科员", "staff", "unit")),
    ),
    *_people(
        "university",
        ("祝明堂", "ZHU MINGTANG", _leader("校长", "bureau", "province", UNIVERSITY, heads=True)),
        ("文思危", "WEN SIWEI", _leader("副校长", "deputy_bureau", "province", UNIVERSITY, "foreign_affairs")),
        ("谢书遥", "XIE SHUYAO", _official("国际合作与交流处处长", "county", "unit")),
        ("严复初", "YAN FUCHU", _scholar("海洋学院教授", "二级教授")),
        ("房玄之", "FANG XUANZHI", _scholar("材料学院教授", "三级教授")),
        ("闻一渡", "WEN YIDU", _scholar("外国语学院副教授")),
        ("姜白石", "JIANG BAISHI", _scholar("经济学院副教授")),
        ("裴思远", "PEI SIYUAN", _scholar("计算机学院教授", "四级教授")),
    ),
    *_people(
        "port",
        ("江海宁", "JIANG HAINING", _enterprise("董事长", "county", "city", PORT, heads=True)),
        ("魏长风", "WEI CHANGFENG", _enterprise("副总经理", "deputy_county", "city", PORT)),
        ("陶行舟", "TAO XINGZHOU", _enterprise("国际合作部经理", "other", "unit")),
        ("涂远山", "TU YUANSHAN", _enterprise("集装箱码头公司总经理", "other", "unit")),
        ("骆千帆", "LUO QIANFAN", _enterprise("技术中心高级工程师", "senior_title", "unit")),
        ("毕清源", "BI QINGYUAN", _enterprise("市场部副经理", "other", "unit")),
    ),
    *_people(
        "hospital",
        ("华叔夜", "HUA SHUYE", _leader("院长", "county", "city", HOSPITAL, heads=True)),
        ("柏青云", "BAI QINGYUN", _leader("副院长", "deputy_county", "city", HOSPITAL)),
        ("池念安", "CHI NIANAN", _scholar("心内科主任医师")),
        ("温守仁", "WEN SHOUREN", _scholar("骨科主任医师")),
        ("董知微", "DONG ZHIWEI", _scholar("护理部副主任护师")),
    ),
    *_people(
        "county",
        ("鲁平章", "LU PINGZHANG", _leader("县长", "county", "province", COUNTY, "other", heads=True)),
        ("耿介", "GENG JIE", _leader("副县长", "deputy_county", "city", COUNTY, "commerce")),
        ("蓝田玉", "LAN TIANYU", _official("县商务局局长", "section", "county")),
        ("田小满", "TIAN XIAOMAN", _official("县外办副主任", "deputy_section", "county")),
        ("古道勤", "GU DAOQIN", _official("县农业农村局局长", "section", "county")),
    ),
    *_people(
        "zone",
        ("方与时", "FANG YUSHI", _leader("管委会主任", "county", "city", ZONE, "other", heads=True)),
        ("马放原", "MA FANGYUAN", _leader("管委会副主任", "deputy_county", "city", ZONE, "commerce")),
        ("夏云集", "XIA YUNJI", _official("投资促进局局长", "section", "unit")),
        ("任平生", "REN PINGSHENG", _official("企业服务局副局长", "deputy_section", "unit")),
        ("葛巾", "GE JIN", _official("投资促进局科员", "staff", "unit")),
    ),
    # One person who moved to another unit, known to both by the same number; and two records alike by name and birth
    # date alone. The number's first six figures belong to no place.
    *_moved("章远之", "ZHANG YUANZHI", date(1984, 5, 12), MOVED_NUMBER),
    *_moved("薛若水", "XUE RUOSHUI", date(1990, 9, 3), None),
)

PLAN = CityPlan(
    office={
        "slug": SLUG,
        "name": "云汀市人民政府外事办公室",
        "name_en": "Foreign Affairs Office of Yunting",
        "short_name": "云外",
        "city": "云汀市",
        "city_en": "Yunting",
        "law_path": "cn/shandong/yunting",
        "telephone": "0000-8600 1234",
        "notice": "演示环境：云汀市是虚构的城市，人名、单位和文号都是虚构的。",
    },
    units=UNITS,
    seats=SEATS,
    travellers=TRAVELLERS,
)


def fill() -> City:
    """The demo office with its people; at once, when it is there already."""
    with acting_as(PUBLIC):
        office = Office.objects.filter(slug=SLUG).first()
    if office is not None:
        return found(office)
    with acting_as(PUBLIC):  # all or nothing: an interrupted fill leaves no half office behind
        city = build(PLAN, password=PASSWORD)
        with city.as_system("demo"):
            record_grant(
                city.office,
                number="演示〔2025〕2号",
                by="省人民政府外事办公室（演示，虚构）",
                granted_on=date(2024, 12, 20),
                since=date(2025, 1, 1),
                until=date(2028, 1, 1),
                ranks=("county", "deputy_county", "section", "deputy_section", "staff", "senior_title", "other"),
            )
    return city


def found(office: Office) -> City:
    """The demo's people by the plan's codes."""
    city = City(office)
    with acting_as(system(office.pk, "demo")):
        units = {unit.name: unit for unit in Unit.objects.filter(office=office)}
        posts = {(post.unit_id, post.name): post for post in Post.objects.filter(office=office)}
        accounts = {account.username: account for account in Account.objects.filter(opened_by_office=office.pk)}
        people = {(person.unit_id, person.name): person for person in Traveller.objects.filter(unit__office=office)}
        city.units.update({plan.code: units[plan.name] for plan in UNITS})
        for seat in SEATS:
            city.posts[seat.code] = posts[city.units[seat.unit].pk, seat.post]
            city.accounts[seat.code] = accounts[seat.username]
        city.travellers.update({plan.code: people[city.units[plan.unit].pk, plan.name] for plan in TRAVELLERS})
    return city
