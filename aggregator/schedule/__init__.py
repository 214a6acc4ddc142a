"""What to send, what an answer means, when to come back and why. Pure."""
