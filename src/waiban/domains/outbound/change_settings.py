"""What an office may settle about changes: who decides which kind, and what becomes of the approval paper."""

from django.utils.translation import gettext_lazy

from waiban.core.offices.settings import Kind, Setting

GROUP = gettext_lazy("行程变更")
DECIDES = (
    ("office", gettext_lazy("外办批准")),
    ("original", gettext_lazy("原审批机关批准")),
)
PAPER = (
    ("keep", gettext_lazy("不动")),
    ("annotate", gettext_lazy("在原批件上注明")),
    ("replace", gettext_lazy("原批件作废，另发新批件")),
    ("void", gettext_lazy("原批件作废")),
)
NAMES = {
    "cancel_trip": gettext_lazy("撤团"),
    "drop_member": gettext_lazy("减员"),
    "swap_member": gettext_lazy("换人"),
    "add_member": gettext_lazy("增员"),
    "move_dates": gettext_lazy("改期"),
    "extend_stay": gettext_lazy("延期"),
    "shorten_stay": gettext_lazy("缩短行程"),
    "reroute": gettext_lazy("改线"),
    "other": gettext_lazy("其他内容变更"),
}
_WHO = {
    "cancel_trip": gettext_lazy("撤团由谁批准"),
    "drop_member": gettext_lazy("减员由谁批准"),
    "swap_member": gettext_lazy("换人由谁批准"),
    "add_member": gettext_lazy("增员由谁批准"),
    "move_dates": gettext_lazy("改期由谁批准"),
    "extend_stay": gettext_lazy("延期由谁批准"),
    "shorten_stay": gettext_lazy("缩短行程由谁批准"),
    "reroute": gettext_lazy("改线由谁批准"),
    "other": gettext_lazy("其他内容变更由谁批准"),
}
_PAPER = {
    "cancel_trip": gettext_lazy("撤团后原批件"),
    "drop_member": gettext_lazy("减员后原批件"),
    "swap_member": gettext_lazy("换人后原批件"),
    "add_member": gettext_lazy("增员后原批件"),
    "move_dates": gettext_lazy("改期后原批件"),
    "extend_stay": gettext_lazy("延期后原批件"),
    "shorten_stay": gettext_lazy("缩短行程后原批件"),
    "reroute": gettext_lazy("改线后原批件"),
    "other": gettext_lazy("其他内容变更后原批件"),
}
_HELP = gettext_lazy("不选为默认：法规未载明，按本系统的默认办理")
SETTINGS = tuple(
    setting
    for kind in NAMES
    for setting in (
        Setting(
            f"change.{kind}.decides", Kind.CHOICE, None, _WHO[kind], GROUP, help=_HELP, choices=DECIDES,
            may_be_empty=True,
        ),
        Setting(
            f"change.{kind}.paper", Kind.CHOICE, None, _PAPER[kind], GROUP, help=_HELP, choices=PAPER,
            may_be_empty=True,
        ),
    )
)  # fmt: skip
