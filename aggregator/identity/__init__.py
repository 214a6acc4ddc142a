"""New, revised or unchanged: entries of a document against what is known of its source. Pure."""
