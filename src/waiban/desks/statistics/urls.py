from django.urls import path

from waiban.desks.statistics import views

urlpatterns = [
    path("", views.statistics, name="statistics"),
    path("statement.xlsx", views.statement_sheet, name="statistics_sheet"),
    path("statement.docx", views.statement_paper, name="statistics_paper"),
]
