"""A parsed document to clean entries with their candidate keys. Pure."""
