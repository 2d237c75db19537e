"""What tests stand on: a running system, the people who use it, and a Rasa that is broken on purpose."""
