"""How well and how fast the retrieval core finds: `python -m bench.retrieval quality` and `scale`."""
