"""Pages about people, posts and parties."""
