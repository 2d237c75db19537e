"""What every room needs to know of language, and nothing of any subject: sentences, questions, spelling, context."""
