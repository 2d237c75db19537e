"""One message from its arrival to its stored outcome."""
