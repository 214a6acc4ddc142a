"""Bytes to a parsed document. Pure."""
