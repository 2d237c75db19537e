"""HTTP only: the chat, its pages, the console, and the inner doors for Rasa."""
