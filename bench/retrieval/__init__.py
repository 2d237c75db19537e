"""How well and how fast the retrieval core finds: `python -m bench.retrieval quality` and `scale`."""

import os

# Before NumPy is loaded: on a machine with other work, a second thread for one question waits longer than it computes.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
