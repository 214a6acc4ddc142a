"""Which entries belong to a topic, and why. Pure."""
