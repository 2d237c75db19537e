"""The history of the tables' shape."""
