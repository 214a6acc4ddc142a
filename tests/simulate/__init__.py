"""Hostile sources on a turned clock: what they publish is known, so every repeat and every loss can be counted."""
