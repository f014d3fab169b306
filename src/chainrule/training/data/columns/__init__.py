"""The columns of a table, from what they hold to the inputs of a network."""
