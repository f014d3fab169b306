"""Ways to run one batch: whole, in micro-batches on threads, or in groups of members."""
