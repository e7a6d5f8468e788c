"""Places offered, taken, put off, passed on to the reserve list; and where somebody will serve."""
