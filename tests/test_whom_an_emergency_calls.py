"""An emergency in a colleague's case is left to them while they are there, for minutes alone; then it calls everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from desk.cases.alerts import emergencies
from desk.models import Conversation, Handoff, Login, User
from desk.people.logins import end_all
from intake.record import HandoffAsked, Urgent
from tests.support.desk_work import acts, writes
from tests.support.handing_off import Turns
from tests.support.small_web import NewWeb
from tests.support.staff import Staff
from tests.support.system import until

REFERENCE = "C-2345-6789"


@dataclass(frozen=True)
class Clinic:
    """Two coordinators, and a patient whose case the first of them has."""

    turns: Turns
    ana: Staff
    ben: Staff
    conversation: str

    def patient_says(self, text: str, level: Any = None) -> None:
        """The patient writes, perhaps of an emergency."""
        urgent = HandoffAsked(reference=REFERENCE, reason="red_flag", urgent=Urgent(group="breathing", level=level))
        self.turns.says(self.conversation, text, *([urgent] if level else []))

    def called(self, minutes: int) -> set[str | None]:
        """Who is called after so many minutes, if Ana and Ben are logged in then: `None` is everybody."""
        here, later = {self.ana.user_id, self.ben.user_id}, datetime.now(UTC) + timedelta(minutes=minutes)
        with self.turns.database.read() as session:
            return {each.only_for for each in emergencies(session, later, here, timedelta(minutes=5))}


@pytest.fixture
def clinic(new_web: NewWeb) -> Iterator[Clinic]:
    """Ana has talked with her patient."""
    web = new_web(limits="off")
    turns = Turns(web.parts.database)
    with ExitStack() as desks:
        people = [desks.enter_context(Staff(web.url, turns.database, name=f"{name} Example")) for name in ("Ana", "Ben")]
        conversation = turns.asks_for_a_person(REFERENCE)
        acts(people[0], REFERENCE, "take-over")
        writes(people[0], REFERENCE, "Good morning, how can I help?")
        yield Clinic(turns, *people, conversation)


def alarms(staff: Staff) -> list[str]:
    """What somebody's page shows in red."""
    told = staff.http.get("/desk/pulse", headers={"Accept": "application/json"}).json()
    return [each["text"] for each in told["emergencies"]]


def outside(staff: Staff) -> bool:
    """Whether a browser in which nobody is logged in any more says that an emergency waits."""
    return bool(staff.http.get("/desk/login/pulse").json()["emergency"])


def seen(look: Callable[[], Any]) -> None:
    """Within a moment."""
    until(lambda: bool(look()), 5, "the alarm is shown")


def test_it_is_left_to_a_colleague_who_is_there(clinic: Clinic) -> None:
    clinic.patient_says("I cannot breathe", "emergency")
    seen(lambda: alarms(clinic.ana))
    assert alarms(clinic.ben) == []


def test_it_calls_everybody_once_the_colleague_has_logged_out(clinic: Clinic) -> None:
    with clinic.turns.database.write() as session:
        end_all(session, clinic.ana.user_id)
    clinic.patient_says("I cannot breathe", "emergency")
    seen(lambda: alarms(clinic.ben))
    assert "Ana Example, who has the case, has not answered" in alarms(clinic.ben)[0]
    assert outside(clinic.ana), "in their own browser, too"


@pytest.mark.parametrize("ended", ["idle", "over", "shut out"])
def test_it_calls_everybody_once_the_login_of_the_colleague_has_ended(clinic: Clinic, ended: str) -> None:
    with clinic.turns.database.write() as session:
        login = session.scalars(select(Login).where(Login.user_id == clinic.ana.user_id)).one()
        if ended == "idle":
            login.seen_at -= timedelta(minutes=30)
        elif ended == "over":
            login.ends_at = datetime.now(UTC)
        else:
            session.get_one(User, clinic.ana.user_id).active = False
    clinic.patient_says("I cannot breathe", "emergency")
    seen(lambda: alarms(clinic.ben))


def test_it_calls_everybody_once_the_colleague_has_written_nothing_for_minutes(clinic: Clinic) -> None:
    clinic.patient_says("I cannot breathe", "emergency")
    assert clinic.called(minutes=4) == {clinic.ana.user_id}
    assert clinic.called(minutes=5) == {None}


def test_a_patient_who_calls_again_and_again_is_not_left_to_one_colleague(clinic: Clinic) -> None:
    for _ in range(2):
        clinic.patient_says("I cannot breathe", "emergency")
    with clinic.turns.database.write() as session:
        handoff = session.get_one(Handoff, REFERENCE)
        handoff.urgent_at = datetime.now(UTC) + timedelta(minutes=4)  # as if the second alarm came then
    assert clinic.called(minutes=5) == {None}


def test_it_calls_nobody_once_the_colleague_has_answered(clinic: Clinic) -> None:
    clinic.patient_says("I cannot breathe", "emergency")
    seen(lambda: alarms(clinic.ana))
    writes(clinic.ana, REFERENCE, "Please call 112 now. I stay here.")
    clinic.turns.asks_for_a_person("C-2345-7777", "emergency")
    seen(lambda: alarms(clinic.ben))
    assert REFERENCE not in "".join(alarms(clinic.ben))


def test_who_takes_it_over_late_has_minutes_of_their_own(clinic: Clinic) -> None:
    clinic.turns.asks_for_a_person("C-2345-7777", "emergency")
    with clinic.turns.database.write() as session:
        waiting = session.get_one(Conversation, session.get_one(Handoff, "C-2345-7777").conversation_id)
        waiting.waiting_since = datetime.now(UTC) - timedelta(minutes=20)
    assert clinic.called(minutes=0) == {None}
    acts(clinic.ben, "C-2345-7777", "take-over")
    assert clinic.called(minutes=4) == {clinic.ben.user_id}
    assert clinic.called(minutes=5) == {None}


def test_it_calls_everybody_as_long_as_it_is_only_assigned(clinic: Clinic) -> None:
    clinic.turns.asks_for_a_person("C-2345-7777", "emergency")
    acts(clinic.ana, "C-2345-7777", "assign", to=clinic.ana.user_id)
    seen(lambda: alarms(clinic.ben))
    assert "Ana" not in alarms(clinic.ben)[0]


def test_who_is_logged_out_hears_of_what_is_left_to_them(clinic: Clinic) -> None:
    """They are logged in elsewhere, and nobody else is called."""
    with Staff(clinic.ana.url, clinic.turns.database, name="Cleo Example") as cleo:
        cleo.http.post("/desk/logout")
        clinic.patient_says("I cannot breathe", "emergency")
        seen(lambda: alarms(clinic.ana))
        assert not outside(cleo)
    clinic.ana.log_in()
    clinic.ana.http.post("/desk/logout")
    seen(lambda: outside(clinic.ana))
