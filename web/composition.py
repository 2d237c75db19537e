"""What one process is composed of: every part is made here, once, from the settings."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from rasa_sdk.executor import ActionExecutor
from threadpoolctl import threadpool_limits

from actions.handed_back import HANDED_BACK, RunsActions
from actions.services import Services, provide
from cordial.keys import encryption_keys, signing_key
from cordial.settings import Settings
from desk.database import Database
from desk.keeping.decisions import decide_again
from desk.keeping.erasure import erase_again
from desk.keeping.key_check import check_keys
from desk.sealed import Keyring, new_key
from emergencies.every_language import read_every_language
from emergencies.other_languages import read_other_languages
from intake.clinic import read_clinic
from intake.fields import the_intake
from intake.judging import birth, choices, vocabulary
from knowledge.encoder import Encoder
from knowledge.library import Library
from knowledge.other_languages import in_other_languages
from knowledge.research import rules
from language.spoken import speak
from turns.gateway import Gateway
from turns.rasa import Ours, RasaClient
from turns.texts import texts
from web.console.texts import audit_texts, console_texts
from web.library_texts import library_texts
from web.parts import Parts
from web.post import post_of, reaches_patients
from web.throttling import make_limits
from web.tokens import Tokens


def make_parts(settings: Settings) -> Parts:
    """Open the database, load the model and the library, register the actions."""
    clinic = read_clinic(settings.clinic_file)
    post = post_of(settings, clinic.hours.zone)
    keyring = Keyring(encryption_keys(settings, new_key))
    reaches = reaches_patients(settings, clinic)
    database = Database(settings.database_address, keyring, post.receivers, settings.data, reaches)
    check_keys(database)
    database.migrate()
    erase_again(database)  # an older database may have been put in place
    decide_again(database)
    speak(clinic.language)
    texts()  # a mistake in the texts stops the start, not a patient
    console_texts()
    audit_texts()
    library_texts()
    rules()
    encoder = Encoder(settings.data / "encoder")
    library = Library(settings.knowledge_folder, encoder, older_if_damaged=True)
    library.ask("Is the library warm?")
    provide(Services(library, clinic, the_intake()))
    executor = ActionExecutor()
    executor.register_package("actions")
    ours = Ours(encoder.encode, RunsActions(executor), HANDED_BACK)
    rasa = RasaClient(settings.rasa_address, settings.rasa_timeout, ours)
    red_flags = read_every_language(read_other_languages())
    red_flags.ask_examples(encoder.encode, encoder.name)
    threading.Thread(target=red_flags.warm_up, daemon=True).start()  # seconds of work; until then, what is needed is read
    threadpool_limits(1, user_api="blas")  # threads that share a vector wait for one another, which takes both processors
    birth.warm_up(datetime.now(UTC).date())
    vocabulary.warm_up()
    choices.warm_up()
    gateway = Gateway(database, rasa, clinic, red_flags, in_other_languages(library))
    tokens = Tokens(signing_key(settings), settings.session_days)
    limits = make_limits(settings.limits == "on", settings.redis_url)
    return Parts(settings, database, encoder, library, clinic, rasa, gateway, tokens, executor, limits, post)
