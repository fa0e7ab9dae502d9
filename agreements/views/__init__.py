"""Pages: each view is a recipe: fetch, do, say, go."""
