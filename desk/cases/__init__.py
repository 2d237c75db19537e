"""A case as people work on it: queue, search, flags, notes, reviews, replies."""
