"""What leaves the house: a case as PDF, FHIR and JSON, the queue as a table."""
