"""Tables from files and data frames: read, judged, and turned into samples."""
