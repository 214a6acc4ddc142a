"""Serve feeds and pages over HTTP: cached bytes for readers, rendered pages for people."""
