"""One expression tree, written as text, LaTeX, MathML or plain data."""
