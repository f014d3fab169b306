"""What a terminal shows: lines, tables, bars and plots."""
