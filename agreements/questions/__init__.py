"""Published, versioned words that people answer. Pure Python: nothing in here knows Django."""
