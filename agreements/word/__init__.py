"""Agreements as Word files: a blank to fill in off-line, and what is read out of it again by question id."""
