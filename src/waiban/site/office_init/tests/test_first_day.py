"""An office's first day: everything from one workbook, again without harm, and a case of the paper days to its end."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase
from django.urls import reverse

from waiban.core.audit.models import Event
from waiban.core.casework.actions.decide import decide
from waiban.core.casework.clocks import due_day, today
from waiban.core.casework.models import Decision, WorkItem
from waiban.core.files.models import StoredFile
from waiban.core.jobs.models import Job
from waiban.core.jobs.run import run, use_principals
from waiban.core.offices.models import Grant
from waiban.core.papers.models import NumberSeries, Paper
from waiban.core.people.models import Account, Post, SealSpecimen, Traveller, Unit
from waiban.core.people.personas import People
from waiban.core.people.principals import principal_of
from waiban.domains.outbound.actions.create_draft import create_draft
from waiban.domains.outbound.models import TravelDocument, Trip
from waiban.domains.outbound.tests import world
from waiban.domains.outbound.tests.old_records import identity_number
from waiban.site.office_init.load import Load, Report
from waiban.site.office_init.tests.filled import workbook
from waiban.site.office_init.workbook import read_workbook

pytestmark = pytest.mark.django_db(databases=["default", "register"])

Sheets = dict[str, list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def _processes(people: People) -> None:
    world.ready(people, grant=False)


def first_day() -> Sheets:
    return {
        "office": [
            {"短名": "cast", "全称": "澄江市人民政府外事办公室", "简称": "澄外", "城市": "澄江市",
             "主任用户名": "cast-office_head", "主任姓名": "许令仪"},
        ],
        "units": [
            {"全称": "澄江市港务中心", "简称": "港务中心", "单位性质": "事业单位", "上级单位": "澄江市交通局"},
            {"全称": "澄江市交通局", "简称": "交通局", "单位性质": "政府部门"},
        ],
        "officers": [
            {"单位": "澄江市交通局", "用户名": "jt-zb", "姓名": "宋听澜", "任职起": "2025-01-01", "印鉴备案日期": "2025-01-05"},
        ],
        "posts": [
            {"单位": "交通局", "职责": "单位财务", "任职人用户名": "jt-cw", "任职人姓名": "温如玉", "任职起": "2025-01-01"},
            {"单位": "交通局", "职责": "单位负责人", "任职人用户名": "jt-fz", "任职人姓名": "贺长川", "任职起": "2025-01-01"},
            {"单位": "交通局", "职责": "组织人事", "任职人用户名": "jt-rs", "任职人姓名": "闻一诺", "任职起": "2025-01-01"},
        ],
        "travellers": [
            {"单位": "交通局", "姓名": "贺长川", "身份证号": identity_number(11), "任职情况起": "2025-01-01", "职务": "局长",
             "职务层次": "县处级正职", "人员类别": "公务人员", "在职情况": "在职", "干部管理权限": "市管", "主要负责人": "是"},
            {"单位": "交通局", "姓名": "舒望", "身份证号": identity_number(12), "任职情况起": "2025-01-01", "职务": "科长",
             "职务层次": "乡科级正职", "人员类别": "公务人员", "在职情况": "在职", "干部管理权限": "本单位管理", "主要负责人": "否"},
        ],
        "documents": [
            {"单位": "交通局", "持证人": "舒望", "证照种类": "公务普通护照", "证照号码": "PE1234567", "签发机关": "省外办",
             "签发日期": "2024-05-01", "有效期至": "2029-04-30", "所在": "外办保管"},
        ],
        "grants": [
            {"文号": "测授〔2025〕1号", "授权机关": "省外办", "发文日期": "2025-01-01", "起": "2025-01-01",
             "职务层次": "县处级正职、乡科级正职", "出行渠道": "因公出国、赴港澳", "可出": "任务批件"},
        ],
        "series": [{"公文种类": "任务批件", "年份": today().year, "已用到": 41}],
    }  # fmt: skip


def seal() -> dict[tuple[str, int], bytes]:
    return {("officers", 0): world.page("seal")}


def load(people: People, sheets: Sheets, *, save: bool = True, pictures: Any = None) -> Report:
    read = read_workbook(workbook(sheets, seal() if pictures is None else pictures))
    return Load(people.office, read, people.city.accounts["office_head"].pk, with_calendar=True).run(save=save)


def counts(report: Report) -> dict[str, tuple[int, int, int]]:
    return {code: (count["new"], count["changed"], count["same"]) for code, count in report.counts.items()}


def test_everything_is_there_and_a_second_time_changes_nothing(people: People) -> None:
    first = load(people, first_day())
    assert first.faults == []
    assert first.saved
    assert counts(first)["travellers"] == (2, 0, 0)
    with people.as_("office_head"):
        unit = Unit.objects.get(name="澄江市港务中心")
        assert unit.parent is not None
        assert unit.parent.short_name == "交通局"
        assert Post.objects.filter(unit__short_name="交通局").count() == 4
        assert SealSpecimen.objects.get().account == Account.objects.get(username="jt-zb")
        assert Traveller.objects.get(name="舒望").identity_masked.endswith(identity_number(12)[-4:])
        assert Grant.objects.get().number == "测授〔2025〕1号"
        assert NumberSeries.objects.get(kind="task_approval").last == 41
    with people.as_("desk_officer"):
        assert TravelDocument.objects.get().place == "drawer"
    second = load(people, first_day())
    assert second.faults == []
    assert all(new == changed == 0 for new, changed, _same in counts(second).values())


def test_a_preview_changes_nothing(people: People) -> None:
    seen = load(people, first_day(), save=False)
    assert (seen.faults, seen.saved) == ([], False)
    assert counts(seen)["units"] == (2, 0, 0)
    with people.as_("office_head"):
        assert not Unit.objects.filter(short_name="交通局").exists()
    assert not Account.objects.filter(username="jt-zb").exists()


def test_a_corrected_file_changes_only_what_changed(people: People) -> None:
    load(people, first_day())
    sheets = first_day()
    sheets["travellers"][1]["职务"] = "副处长"
    sheets["posts"][0] |= {"任职人用户名": "jt-cw2", "任职人姓名": "陈守一", "任职起": "2026-01-01"}
    again = counts(load(people, sheets))
    assert again["travellers"] == (0, 1, 1)
    assert again["posts"] == (0, 1, 2)
    assert again["units"] == (0, 0, 2)


WRONG: list[tuple[str, int, Mapping[str, Any], str, str]] = [
    ("units", 0, {"上级单位": "没有的局"}, "上级单位", "没有“没有的局”这个单位"),
    ("units", 1, {"单位性质": "大公司"}, "单位性质", "写其中一个"),
    ("posts", 0, {"职责": "看门"}, "职责", "写其中一个"),
    ("posts", 0, {"任职起": "去年"}, "任职起", "写日期"),
    ("officers", 0, {"用户名": "cast-desk_officer"}, "", "已有人用"),
    ("travellers", 0, {"身份证号": "990000190001010011"}, "身份证号", "末位校验不对"),
    ("travellers", 0, {"姓名": ""}, "姓名", "待填"),
    ("documents", 0, {"持证人": "查无此人"}, "", "没有这个人"),
    ("documents", 0, {"有效期至": "2023-01-01"}, "有效期至", "不能早于签发日期"),
    ("grants", 0, {"职务层次": "大官"}, "职务层次", "写其中一个"),
    ("series", 0, {"已用到": "很多"}, "已用到", "写整数"),
    ("office", 0, {"短名": "other"}, "", "本办短名是“cast”"),
]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_named_and_nothing_is_saved(people: People, wrong: Any) -> None:
    sheet, place, more, column, said = wrong
    sheets = first_day()
    sheets[sheet][place] = {key: cell for key, cell in (sheets[sheet][place] | dict(more)).items() if cell != ""}
    report = load(people, sheets)
    assert not report.saved
    named = [(fault.row, fault.column) for fault in report.faults if said in fault.expected]
    assert (4 + place, column) in named, report.faults
    with people.as_("office_head"):
        assert not Unit.objects.filter(short_name="交通局").exists()


def test_a_seal_without_a_picture_is_said(people: People) -> None:
    report = load(people, first_day(), pictures={})
    assert [fault.expected for fault in report.faults] == ["写了备案日期，却没有贴印鉴样图片"]


# --- a case of the paper days ------------------------------------------------------------

PASSED = (
    ("发起", "已办", 30, ""),
    ("单位财务先审", "同意", 29, "余同意。"),
    ("内部公示", "已办", 20, ""),
    ("单位审批", "同意", 19, "同意，按程序报批。"),
    ("报送外办", "已办", 18, ""),
    ("受理", "已办", 16, ""),
    ("审核团组", "同意", 10, "材料齐备，拟同意。"),
    ("科长审核", "同意", 8, "拟同意。"),
)


def with_case(people: People, stands_at: str = "主任审核", passed: Any = PASSED) -> Sheets:
    """The trip of the tests' world, as paper has it."""
    whole = world.dossier(people)
    key = {"案号年份": today().year, "案号": 57}
    day = lambda back: (today() - timedelta(days=back)).isoformat()  # noqa: E731
    sheets = first_day()
    sheets["cases"] = [
        key
        | {
            "组团单位": "交通局", "团组名称": "赴日本港口考察", "出访类别": "谈判", "出访任务": whole["purpose"],
            "离境日期": whole["depart"], "入境日期": whole["return"], "发起日期": day(30), "单位请示文号": "交请〔2027〕2 号",
            "公示起": day(28), "公示止": day(20), "公示地点": "内网", "有异议": "否", "现在环节": stands_at,
        }
    ]  # fmt: skip
    sheets["members"] = [
        key | {"单位": "交通局", "姓名": "贺长川", "团内职务": "团长"},
        key | {"单位": "交通局", "姓名": "舒望", "团内职务": "团员"},
    ]
    stop = whole["stops"][0]
    sheets["stops"] = [
        key | {"国家或地区": "日本", "城市": stop["city"], "抵达": stop["arrive"], "离开": stop["leave"]},
    ]
    sheets["opinions"] = [
        key | {"环节": step, "日期": day(back), "结论": outcome, "原话": words} for step, outcome, back, words in passed
    ]
    facts = {f"/{name}": whole[name] for name in ("plan", "legs", "programme", "invitations", "budget")}
    sheets["facts"] = [
        key | {"路径": path, "值": json.dumps(value, ensure_ascii=False)} for path, value in facts.items()
    ]
    return sheets


def test_a_taken_over_case_stands_where_paper_left_it(people: People) -> None:
    report = load(people, with_case(people))
    assert report.faults == []
    with people.as_("office_head"):
        trip = Trip.objects.select_related("case").get(number=57)
        case = trip.case
        assert case is not None
        assert (case.number, case.opened_on) == (f"澄外案〔{today().year}〕57 号", today() - timedelta(days=30))
        assert case.accepted_on == today() - timedelta(days=16)
        item = WorkItem.objects.get(case=case, step="head_review", state="open")
        assert item.opened_on == today() - timedelta(days=8)
        assert item.due == due_day(item.opened_on, 1)  # overdue since then, as it really is
        said = Decision.objects.get(case=case, step="desk_review")
        assert said.paper is not None
        assert (said.opinion, said.paper.taken_over, said.paper.scan_id) == ("材料齐备，拟同意。", True, None)
        assert said.happened_on == today() - timedelta(days=10)
        assert trip.state == Trip.State.IN_REVIEW
    with people.as_("auditor"):
        assert Event.objects.filter(name="trip.take_over").count() == 1
    again = load(people, with_case(people))
    assert again.faults == []
    assert counts(again)["cases"] == (0, 0, 1)


def test_a_taken_over_case_is_finished_and_numbers_go_on_without_a_gap(people: People) -> None:
    load(people, with_case(people))
    with people.as_("office_head"):
        trip = Trip.objects.select_related("unit", "office", "case").get(number=57)
        world.attest_all(trip, "head_review", "desk")
        decide(world.open_item(trip, "head_review").pk, "agree", opinion="同意，请领导审批。")
    with people.as_("city_leader"):
        decide(world.open_item(trip, "approve").pk, "agree", opinion="同意。")
    with people.as_("desk_officer"):
        paper = Paper.objects.get(case_id=trip.case_id, kind="task_approval")
        assert paper.serial == 42
        assert "42" in paper.document_number
        assert Trip.objects.get(pk=trip.pk).state == Trip.State.APPROVED
    with people.as_("designated_officer"):
        assert create_draft(people.city.units["unit"]).number == 58


def test_a_case_that_was_approved_on_paper_keeps_its_number(people: People) -> None:
    passed = [
        *PASSED,
        ("主任审核", "同意", 6, "同意。"),
        ("审批", "同意", 5, "同意。"),
        ("组织人事备案", "同意", 7, ""),
    ]
    sheets = with_case(people, "制发任务批件", sorted(passed, key=lambda one: -one[2]))
    sheets["cases"][0] |= {"批件号": "澄外批〔2026〕40 号", "批准日期": (today() - timedelta(days=5)).isoformat()}
    report = load(people, sheets)
    assert report.faults == []
    with people.as_("desk_officer"):
        trip = Trip.objects.get(number=57)
        assert trip.state == Trip.State.APPROVED
        assert trip.dossier["approval"]["number"] == "澄外批〔2026〕40 号"
        assert not Paper.objects.filter(case_id=trip.case_id).exists()
        assert NumberSeries.objects.get(kind="task_approval").last == 41


def test_where_the_case_stands_must_follow_from_what_is_entered(people: People) -> None:
    report = load(people, with_case(people, "审批"))
    assert [(fault.column, fault.expected) for fault in report.faults] == [
        ("现在环节", "照所录意见，办件停在“组织人事备案、主任审核”")
    ]
    skipped = with_case(people)
    del skipped["opinions"][1]
    report = load(people, skipped)
    assert "还没轮到“内部公示”" in report.faults[0].expected
    assert not report.saved


# --- the screen ---------------------------------------------------------------------------


def upload(people: People, data: bytes, who: str = "office_head") -> Any:
    return people.client(who).post(
        reverse("office_init:first"), {"workbook": SimpleUploadedFile("初始.xlsx", data)}
    )  # fmt: skip


def test_on_screen_from_upload_to_saved(people: People) -> None:
    client = people.client("office_head")
    assert client.get(reverse("office_init:template")).content[:2] == b"PK"
    answer = upload(people, workbook(first_day(), seal()))
    assert answer.status_code == 302
    _do(people, answer["Location"])
    page = client.get(answer["Location"]).content.decode()
    assert "没有问题" in page
    with people.as_("office_head"):
        assert not Unit.objects.filter(short_name="交通局").exists()
    saving = client.post(answer["Location"])
    _do(people, saving["Location"])
    assert "已导入，工作簿已删除" in client.get(saving["Location"]).content.decode()
    with people.as_("office_head"):
        assert Unit.objects.filter(short_name="交通局").exists()
        assert not StoredFile.objects.filter(kind="office_init").exists()


def test_on_screen_faults_stand_by_sheet_row_and_column(people: People) -> None:
    sheets = first_day()
    sheets["units"][0]["上级单位"] = "没有的局"
    answer = upload(people, workbook(sheets, seal()))
    _do(people, answer["Location"])
    client = people.client("office_head")
    page = client.get(answer["Location"]).content.decode()
    assert "没有“没有的局”这个单位" in page
    assert "上级单位" in page
    assert client.post(answer["Location"])["Location"] == answer["Location"]


def test_only_the_head_opens_it(people: People) -> None:
    for who in ("desk_officer", "designated_officer", "city_leader"):
        assert upload(people, b"x", who).status_code == 403
    assert "XLSX" in upload(people, world.page("no")).content.decode()


def _do(people: People, url: str) -> None:
    use_principals(principal_of)
    job_id = url.rstrip("/").rsplit("/", 1)[-1]
    with people.as_("office_head"):
        job = Job.objects.get(pk=job_id)
    with TestCase.captureOnCommitCallbacks(execute=True):
        run(job.pk, people.office.pk)
    with people.as_("office_head"):
        job.refresh_from_db()
    assert job.state == "done", job.fault


def test_the_calendar_comes_in_whole(people: People) -> None:
    sheets = {"office": first_day()["office"], "calendar": [
        {"日期": "2031-01-01", "安排": "放假", "名称": "元旦", "来源": "国办发明电"},
        {"日期": "2031-01-04", "安排": "上班", "名称": "元旦调休", "来源": "国办发明电"},
    ]}  # fmt: skip
    assert counts(load(people, sheets, pictures={}))["calendar"] == (2, 0, 0)
    assert counts(load(people, sheets, pictures={}))["calendar"] == (0, 0, 2)
    sheets["calendar"][1]["日期"] = "2031-01-06"
    assert "weekend" in load(people, sheets, pictures={}).faults[0].expected
