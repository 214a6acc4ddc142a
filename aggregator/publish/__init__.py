"""From matches to an edition to bytes."""
