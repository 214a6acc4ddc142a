"""Requests on the wire. I/O."""
