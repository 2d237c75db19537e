"""The article library: load, check, split, encode, index, search, answer. Uses nothing else of Cordial."""
