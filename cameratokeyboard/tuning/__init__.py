"""Fitting the program to a person from a clip of known text; optional and reversible."""
