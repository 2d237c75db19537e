"""Is this message an emergency, and what is said then: the check of every message, with its texts and numbers."""
