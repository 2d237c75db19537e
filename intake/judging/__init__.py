"""Is this an answer to a field, and what does it say? One module for each kind of answer."""
