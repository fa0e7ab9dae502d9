"""Data out: any list as a file, and the open data that everybody may use. Reads from every app."""
