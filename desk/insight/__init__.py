"""Numbers over many conversations."""
