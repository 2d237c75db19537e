"""Tests, one file for each thing that somebody would notice."""
