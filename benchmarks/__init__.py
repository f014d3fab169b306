"""chainrule beside what a user would choose instead: `python -m benchmarks`. See README.md in this folder."""
