"""What the events of travel documents, visas and debts say in the register."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "debt.answer": _("核对情况说明 %(words)s"),
    "debt.explain": _("说明延误或遗失"),
    "document.apply": _("申办证照 %(code)s"),
    "document.cancel": _("注销证照 %(code)s：%(reason)s"),
    "document.expire": _("证照过期 %(code)s"),
    "document.hand_over": _("交接证照 %(code)s，交接单 %(slip)s"),
    "document.import": _("导入证照台账 %(n)s 本"),
    "document.issue": _("领回新证 %(code)s"),
    "document.look_up": _("按证照号码查找"),
    "document.lost": _("登记遗失 %(code)s"),
    "document.register": _("登记证照 %(code)s"),
    "document.show_number": _("查看证照号码 %(code)s：%(reason)s"),
    "document.take_stock": _("清点证照，应在 %(expected)s 本，实在 %(found)s 本"),
    "document.transfer": _("证照转到新单位 %(code)s"),
    "entry_rule.set": _("录入入境要求 %(country)s"),
    "trip.record_briefing": _("登记行前教育签到 %(n)s 人"),
    "unit.lift_suspension": _("恢复受理：%(reason)s"),
    "unit.suspend": _("暂停受理：%(reason)s"),
    "visa.attest": _("确认是否要办 %(paper_need)s"),
    "visa.book": _("登记预约 %(paper_need)s"),
    "visa.call_off": _("不再办 %(paper_need)s"),
    "visa.issue": _("登记签发 %(paper_need)s"),
    "visa.more": _("登记要求补充 %(paper_need)s"),
    "visa.open_batch": _("开送签批次 %(batch)s"),
    "visa.refuse": _("登记被拒 %(paper_need)s：%(reason)s"),
    "visa.send_batch": _("送出批次 %(batch)s"),
    "visa.submit": _("登记送办 %(paper_need)s"),
}
