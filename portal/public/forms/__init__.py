"""What the public pages ask, one module a page family: shape only, meaning is a rule."""
