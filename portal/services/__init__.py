"""The outside world behind small faces: nothing here knows of Flask or of the domain."""
