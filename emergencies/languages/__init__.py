"""The check of messages in other languages: concepts, and for each language its words, examples and texts."""
