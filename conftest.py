"""Fixtures of the house; in a conftest because one of them takes the place of pytest-django's own."""

from waiban.site.testing import django_db_setup, people, real_database

__all__ = ["django_db_setup", "people", "real_database"]
