"""Articles on their way from an editor's draft to a published version: who may do what with them, and when."""
