from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "waiban.desks.inbox"
    label = "inbox"
    verbose_name = "待办"
