"""The doctor: why a run doesn't learn, and what to try. Its rules stand in `rules/`."""
