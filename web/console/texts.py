"""What the console says, by language; templates hold the rest of its words."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cordial.data_files import DataFileError, read_texts
from language.spoken import text_file

# Every sentence that the code asks for, with what is filled into it.
_SENTENCES: dict[str, tuple[str, ...]] = {
    "login_wrong": (),
    "code_wrong": (),
    "phone_damaged": (),
    "proof_wrong": (),
    "logged_out": (),
    "recovery_wrong": (),
    "recovered": ("left",),
    "password_short": (),
    "password_long": (),
    "password_known": (),
    "password_own": (),
    "password_words": (),
    "password_row": (),
    "password_repeat": (),
    "password_date": (),
    "password_weak": (),
    "password_differs": (),
    "password_changed": (),
    "name_needed": (),
    "email_wrong": (),
    "phone_wrong": (),
    "phone_changed": (),
    "others_logged_out": (),
    "mails_on": (),
    "mails_off": (),
    "email_taken": (),
    "last_administrator": (),
    "role_changed": ("name", "role"),
    "deactivated": ("name",),
    "activated": ("name",),
    "unlocked": ("name",),
    "withdrawn": (),
    "own_account": (),
    "chain_holds": ("count",),
    "no_such_case": (),
    "erased": (),
    "erase_on_hold": (),
    "hold_set": (),
    "hold_lifted": (),
    "hold_as_it_was": (),
    "notice_again": (),
    "notice_not_given_up": (),
    "you_have_it": (),
    "handed_back": (),
    "closed": (),
    "closed_next": ("reference",),
    "closed_last": ("reference",),
    "assigned": (),
    "snoozed": (),
    "snoozed_emergency": (),
    "brought_back": (),
    "only_minutes": (),
    "reason_needed": (),
    "alert_emergency": ("what", "reference", "since"),
    "alert_emergency_held": ("what", "reference", "since", "holder"),
    "alert_emergency_short": ("reference",),
    "alert_unknown": (),
    "alert_new": ("reference",),
    "alert_again": ("reference",),
    "alert_urgent": ("reference",),
    "alert_message": ("reference",),
    "alert_assigned": ("reference",),
    "alert_mention": ("reference",),
    "noted": (),
    "call_noted": (),
    "call_in_vain": (),
    "corrected": (),
    "correction_length": ("most",),
    "reviewed": (),
    "nobody": (),
    "state_bot": (),
    "state_waiting": (),
    "state_human": (),
    "state_closed": (),
    "changed_meanwhile": ("state", "holder"),
    "not_possible": ("state",),
    "nobody_to_assign": (),
    "case_gone": (),
    "message_empty": (),
    "message_long": ("most",),
    "message_unfilled": ("left",),
    "note_length": (),
    "review_article_needed": (),
    "review_article_unknown": (),
    "review_long": ("most",),
    "review_unconfirmed": (),
    "review_personal_e-mail": (),
    "review_personal_number": (),
    "review_personal_reference": (),
    "review_personal_name": (),
    "article_saved": (),
    "article_submitted": (),
    "article_approved": (),
    "article_sent_back": (),
    "article_commented": (),
    "article_discarded": (),
    "article_rebased": (),
    "article_published": ("version",),
    "article_retired": (),
    "article_open_already": (),
    "article_back_to": ("version",),
    "article_name_wrong": ("most",),
    "article_name_taken": (),
    "article_question_copied": (),
    "article_reason_needed": (),
    "article_comment_needed": (),
    "article_question_needed": (),
    "article_role_needed": (),
    "article_has_findings": (),
    "article_makes_worse": (),
    "article_changed_meanwhile": (),
    "article_not_now": (),
    "article_own_text": (),
    "article_busy": (),
    "article_wording_there": (),
    "article_wording_reason": (),
}
# Every action that the code notes in the audit log.
_ACTIONS = (
    "login.started",
    "login.ended",
    "login.others_ended",
    "login.failed",
    "login.locked",
    "login.proved",
    "login.recovery_code_used",
    "user.created",
    "user.invited",
    "user.first_link",
    "user.invitation_withdrawn",
    "user.password_chosen",
    "user.password_changed",
    "user.phone_set_up",
    "user.recovery_codes_made",
    "user.mails_chosen",
    "user.role_changed",
    "user.deactivated",
    "user.activated",
    "user.unlocked",
    "user.reset",
    "audit.verified",
    "keys.resealed",
    "case.viewed",
    "cases.searched",
    "case.taken_over",
    "case.assigned",
    "case.written",
    "case.handed_back",
    "case.snoozed",
    "case.brought_back",
    "case.closed",
    "case.noted",
    "case.called",
    "case.corrected",
    "case.exported",
    "queue.exported",
    "answer.reviewed",
    "questions.viewed",
    "questions.exported",
    "reviews.viewed",
    "article.begun",
    "article.saved",
    "article.submitted",
    "article.approved",
    "article.sent_back",
    "article.commented",
    "article.discarded",
    "article.published",
    "article.retired",
    "search.rebuilt",
    "reply.mailed",
    "reply.link_opened",
    "reply.link_locked",
    "conversation.deleted",
    "conversation.deleted_again",
    "retention.erased",
    "retention.cleared",
    "retention.refused",
    "hold.set",
    "hold.lifted",
    "consent.withdrawn",
    "data.exported",
    "notice.sent_again",
    "audit.cleared",
    "backup.made",
    "backup.restored",
    "decision.made_again",
)


class ConsoleTextsError(DataFileError):
    """`console.yml` or `audit.yml` cannot be used; the message names the text."""


def read_console_texts(file: Path | None = None) -> dict[str, str]:
    """Read the sentences; by default those of the language that is spoken.

    Raises:
        ConsoleTextsError: naming what is wrong.
    """
    return read_texts(file or text_file("web", "console.yml"), _SENTENCES, ConsoleTextsError)


def read_audit_texts(file: Path | None = None) -> dict[str, str]:
    """Read the actions in words; by default those of the language that is spoken.

    Raises:
        ConsoleTextsError: naming what is wrong.
    """
    return read_texts(file or text_file("web", "audit.yml"), dict.fromkeys(_ACTIONS, ()), ConsoleTextsError)


@cache
def console_texts() -> dict[str, str]:
    """What the console says after something was done, or why it was not, by key; templates hold the rest of its words."""
    return read_console_texts()


@cache
def audit_texts() -> dict[str, str]:
    """The actions of the audit log in words."""
    return read_audit_texts()
