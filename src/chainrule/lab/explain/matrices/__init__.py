"""A layer's whole step as equations between matrices; see README.md."""
