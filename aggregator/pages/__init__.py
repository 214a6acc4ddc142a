"""Editions and status as HTML."""
