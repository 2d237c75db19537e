"""`cordial start` with small programs in the place of web, Rasa and its training, which take a minute to be ready.

``python -m tests.support.small_start DATA PORT RASA_PORT``; what the small programs do is in the environment.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer

from commands import start
from commands.logs import Rotation
from commands.running import in_data_folder
from commands.start import Child
from commands.terminal import plain_errors, say
from cordial.settings import Settings

SERVES = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    status = 200
    def do_GET(self):
        if self.path == "/lose":
            Handler.status = 503
        self.send_response(Handler.status)
        self.end_headers()
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
IGNORES_TERM = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
GIVES_UP = "import sys; sys.exit('There is no such clinic.')"
TRAINS = "import pathlib, sys; made = pathlib.Path(sys.argv[1]); made.parent.mkdir(parents=True); made.write_text('a model')"


def main(data: str, port: str, rasa_port: str) -> None:
    """Start."""
    patience = float(os.environ.get("SMALL_PATIENCE", "30"))
    settings = Settings(data=Path(data), port=int(port), rasa_port=int(rasa_port), restart_seconds=patience)
    model = Path(os.environ["SMALL_MODELS"]) / "cordial-today.tar.gz"

    def small(name: str, program: str, argument: str) -> Child:
        command = [sys.executable, "-S", "-c", os.environ.get(f"SMALL_{name.upper()}", program), argument]
        return Child(name, command, dict(os.environ), settings.data / "logs" / f"{name}.log")

    start._END_SECONDS, start._RESTART_SECONDS = 2.0, 0.1
    start.rotation_of = lambda _: Rotation(longest=100, kept=2)
    start.model_file = lambda: model
    start.web_process = lambda _: small("web", SERVES, port)
    start.rasa_process = lambda _: small("rasa", SERVES, rasa_port)
    start.training_process = lambda _: small("training", TRAINS, str(start._half_made() / model.name))
    with plain_errors(), in_data_folder(settings, alone=True) as after_a_kill:
        start.start(settings, say, lambda: say("Everything runs."), after_a_kill)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except typer.Exit as ended:
        sys.exit(ended.exit_code)
