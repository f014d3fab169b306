"""The glass box: every number of the step that comes next, with its proof; see README.md."""
