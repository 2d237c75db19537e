"""`python -m commands` is the `cordial` command."""

from commands.cli import app

app()
