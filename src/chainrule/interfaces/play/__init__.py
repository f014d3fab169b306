"""The playground: a page on which networks train, every number in sight."""
