"""`python -m cordial` is the `cordial` command."""

from cordial.cli import app

app()
