"""How long records are kept, what stops that, and what is held about one person."""
