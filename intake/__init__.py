"""What is asked and why, how an answer is understood, and the record of it. Uses nothing else of Cordial."""
