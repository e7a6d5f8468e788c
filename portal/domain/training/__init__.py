"""Courses, cohorts with their dates, and who has a place in which."""
