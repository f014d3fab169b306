"""What the doctor looks for, a kind of problem a file."""
