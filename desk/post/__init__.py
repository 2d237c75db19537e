"""How people are told: notices, the outbox, mail and webhooks."""
