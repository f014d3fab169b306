"""The checks: each looks for one problem of a run and returns what it measured, or None."""
