"""Keeps everything."""
