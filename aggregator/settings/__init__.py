"""YAML to values, every complaint with its place."""
