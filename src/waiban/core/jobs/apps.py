from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "waiban.core.jobs"
    label = "jobs"
    verbose_name = "长任务"
