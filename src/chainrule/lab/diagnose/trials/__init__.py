"""A run tried again with other settings, to see what helps."""
