"""The reference laboratory as a page."""
