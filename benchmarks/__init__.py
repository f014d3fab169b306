"""chainrule beside what a user would pick instead: `python -m benchmarks`. See README.md in this folder."""
