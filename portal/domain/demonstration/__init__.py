"""Made-up people and their applications, and the demonstration's own reads. Production imports none of it."""
