"""`cordial retention`: what the rules would erase, and erasing it."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer

from commands.records import open_database
from commands.terminal import Json, plain_errors, say, say_json
from cordial.settings import load_settings
from desk.keeping.caution import erase_with_care, refused
from desk.keeping.erasure import scrub
from desk.keeping.retention import due, the_rules

retention = typer.Typer(help="How long patients' words are kept, and erasing what is due.", no_args_is_help=True)


@retention.command("run")
def retention_run(
    yes: Annotated[bool, typer.Option("--yes", help="Erase. Without it, only say what would go.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go, which is also the default.")] = False,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="The clock is right, and that much may go: erase where it was refused.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Erase what the rules in desk/keeping/retention.yml name; a dry run unless --yes is given."""
    with plain_errors():
        settings, rules = load_settings(), the_rules()
        database = open_database(settings)
        if yes and not dry_run:
            counts = erase_with_care(database, settings.data, actor="command line", confirmed=confirm)
            scrub(database, whatever_size=True)
        else:
            with database.read() as session:
                counts = dict(Counter(one.rule for one in due(session, rules)))
        why_not = refused(database.folder)
        database.close()
        erased = yes and not dry_run
        if as_json:
            say_json({"erased": erased, "counts": counts})
            return
        _print(counts, erased)
        if why_not:
            say(f"\nThe last run was refused: {why_not}")


@retention.command("rules")
def retention_rules() -> None:
    """The rules, in words."""
    with plain_errors():
        rules = the_rules()
        say(f"Decided: {rules.decided}")
        for rule in rules.conversations:
            say(f"\n{rule.name}: {rule.days} days after {'the last message' if rule.since == 'last_message' else 'closing'}")
            say(f"  {rule.text}.\n  Why: {rule.why}")


def _print(counts: dict[str, int], erased: bool) -> None:
    rules = the_rules()
    for rule in rules.conversations:
        say(f"{counts.get(rule.name, 0):>6}  {rule.text} (after {rule.days} days)")
    for name in rules.other.model_dump():
        if counts.get(name):
            say(f"{counts[name]:>6}  {name}")
    say("\nErased." if erased else "\nNothing was erased. `cordial retention run --yes` erases it.")
