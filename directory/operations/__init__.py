"""Writes about people and parties. Each names its author and locks the party whose people it changes."""
