"""What runs inside Rasa, on Python 3.10: channel, featurizer, classifier, tracker store. Uses rasa and nothing of ours."""
