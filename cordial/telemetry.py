"""Other people's telemetry, switched off. What a library reads from the environment has to stand there before its import."""

from __future__ import annotations

import os
from collections.abc import Mapping

OFF: Mapping[str, str] = {
    "ORT_DISABLE_TELEMETRY": "1",  # it keeps events with an id of the machine in the user's cache, and sends them
    "HF_HUB_DISABLE_TELEMETRY": "1",  # huggingface_hub and transformers tell what is loaded
    "HF_HUB_OFFLINE": "1",  # a model is a folder; nothing is ever fetched
    "OTEL_SDK_DISABLED": "true",  # OpenTelemetry comes with the SDK of Rasa's actions
    "RASA_TELEMETRY_ENABLED": "false",
    "DO_NOT_TRACK": "1",  # what others have agreed on
}


def switch_off() -> None:
    """Switch it off in this process and in all that it starts, whatever its environment said before."""
    os.environ.update(OFF)
