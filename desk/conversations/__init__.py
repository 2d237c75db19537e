"""The record of conversations: the message log, whose turn it is, the stored intake, who has a conversation."""
