"""Who may do what. A role has permissions, and each page and each command of the console names the one that it needs."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What somebody is here."""

    COORDINATOR = "coordinator"
    PHYSICIAN = "physician"
    EDITOR = "editor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """Something that not everybody may do."""

    OWN_ACCOUNT = "own_account"  # everybody's: the first page, their own password and phone
    SEE_CASES = "see_cases"  # the queue, a case, the search
    WORK_ON_CASES = "work_on_cases"  # take over, write to the patient, note, close
    EXPORT_CASES = "export_cases"  # PDF, FHIR, CSV
    ERASE_CASES = "erase_cases"
    REVIEW_ANSWERS = "review_answers"
    SEE_REVIEWS = "see_reviews"  # the list for editors: no names, no transcripts
    SEE_ARTICLES = "see_articles"  # published and on their way, with what was said about them
    WRITE_ARTICLES = "write_articles"
    APPROVE_ARTICLES = "approve_articles"  # those of others: nobody approves what they wrote
    PUBLISH_ARTICLES = "publish_articles"  # what is approved; and take an article out of use
    SEE_INSIGHT = "see_insight"  # numbers, no cases
    MANAGE_PEOPLE = "manage_people"
    SEE_AUDIT = "see_audit"
    MANAGE_RETENTION = "manage_retention"  # rules, legal holds
    MANAGE_NOTICES = "manage_notices"  # what did not arrive; references, no names


_CARE = {
    Permission.OWN_ACCOUNT,
    Permission.SEE_CASES,
    Permission.WORK_ON_CASES,
    Permission.EXPORT_CASES,
    Permission.REVIEW_ANSWERS,
    Permission.SEE_REVIEWS,
    Permission.SEE_INSIGHT,
}

_ARTICLES = {Permission.SEE_ARTICLES, Permission.PUBLISH_ARTICLES}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.COORDINATOR: frozenset(_CARE),
    Role.PHYSICIAN: frozenset(_CARE | _ARTICLES | {Permission.APPROVE_ARTICLES}),
    Role.EDITOR: frozenset(
        {Permission.OWN_ACCOUNT, Permission.SEE_REVIEWS, Permission.SEE_INSIGHT, Permission.WRITE_ARTICLES} | _ARTICLES
    ),
    # An administrator keeps the service in order. Reading what patients say is not part of that, erasing on request is.
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.OWN_ACCOUNT,
            Permission.ERASE_CASES,
            Permission.SEE_INSIGHT,
            Permission.MANAGE_PEOPLE,
            Permission.SEE_AUDIT,
            Permission.MANAGE_RETENTION,
            Permission.MANAGE_NOTICES,
        }
    ),
}


def may(role: str, permission: Permission) -> bool:
    """Whether somebody of a role may do something; an unknown role may do nothing."""
    return role in set(Role) and permission in PERMISSIONS[Role(role)]
