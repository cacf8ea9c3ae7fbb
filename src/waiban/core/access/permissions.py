"""The closed list of permission names, `thing.act`, alphabetised. What each role holds: people.roles."""

from enum import StrEnum


class Permission(StrEnum):
    AUDIT_READ = "audit.read"
    CASE_ACCEPT = "case.accept"
    CASE_DECIDE = "case.decide"
    CASE_READ = "case.read"
    CASE_RECORD_FROM_PAPER = "case.record_from_paper"
    CASE_WITHDRAW = "case.withdraw"
    DOCUMENT_CARRY = "document.carry"
    DOCUMENT_KEEP = "document.keep"
    DOCUMENT_READ = "document.read"
    FILE_ADD = "file.add"
    INBOX_READ = "inbox.read"
    OFFICE_SET = "office.set"
    PAPER_DRAW = "paper.draw"
    PAPER_FILE = "paper.file"
    PAPER_VOID = "paper.void"
    PEOPLE_SET = "people.set"
    PROCESS_RELEASE = "process.release"
    SUBSTITUTE_SET = "substitute.set"
    TRAVELLER_EDIT = "traveller.edit"
    TRAVELLER_MERGE = "traveller.merge"
    TRIP_DRAFT = "trip.draft"
    TRIP_READ = "trip.read"
    TRIP_SUBMIT = "trip.submit"
