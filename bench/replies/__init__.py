"""How fast replies are, side by side with stock Rasa on the same questions."""
