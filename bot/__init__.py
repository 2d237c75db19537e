"""What runs inside Rasa, on Python 3.10: web's channel, sentence featurizer, intent classifier, tracker store. Uses rasa and nothing of ours."""
