"""Reaching a patient who has left: what they have seen, the e-mail that they have a reply, and the link back."""
