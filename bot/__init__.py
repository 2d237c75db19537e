"""What runs inside Rasa, on Python 3.10: the sentence featurizer and the tracker store. Uses rasa and nothing of ours."""
