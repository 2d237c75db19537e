"""How well intents are told apart, by the pipeline that ships and by others that Rasa offers."""
