"""How one batch is run: whole, in micro-batches on threads, or in groups of members."""
