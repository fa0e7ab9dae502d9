"""The demonstration: invented charities, people and agreements, brought to where they are by the real operations."""
