from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "waiban.core.audit"
    label = "audit"
    verbose_name = "审计登记"
