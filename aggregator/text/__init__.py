"""The ground floor that the stages share, pure: tokens, visible text of markup, link keys."""
