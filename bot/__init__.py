"""What runs inside Rasa, on Python 3.10: sentence featurizer, intent classifier, tracker store. Uses rasa and nothing of ours."""
