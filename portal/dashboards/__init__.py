"""The estate at a glance: figures, each of which opens the list behind it. Reads from every app."""
