"""HTTP only: the chat gateway, its pages, and the inner doors for Rasa."""
