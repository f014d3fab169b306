"""The rules: each problem with its check, its sentence and its remedies, in the order in which one causes another."""
