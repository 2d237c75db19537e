"""`rasa run`, with what takes longest done first: importing Rasa, while the model may still be in training.

``python -m bot.serve run --model FILE …`` takes the arguments of Rasa's own command, waits until the model is there, and runs
it.
"""

import sys
import time
from pathlib import Path

import rasa.__main__
import rasa.core.run  # TensorFlow comes with it, and nothing of Rasa's is imported later that takes long

import bot.action_endpoint


def main() -> None:
    """Wait for the model, then be Rasa's command line."""
    model = Path(sys.argv[sys.argv.index("--model") + 1])
    while not model.is_file():
        time.sleep(0.1)
    bot.action_endpoint.install()
    rasa.__main__.main()


if __name__ == "__main__":
    main()
