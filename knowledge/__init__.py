"""The article library: load, check, split, encode, index, search, answer."""

import cordial  # noqa: F401  -- switches telemetry off, before anything here imports ONNX Runtime
