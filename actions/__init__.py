"""Rasa actions: thin, without memory; they read the tracker and say what should happen."""
