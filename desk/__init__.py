"""Conversations, the message log, handoffs: the records and their rules."""
