"""Settings, set-up and the command line: what puts the rooms together."""
