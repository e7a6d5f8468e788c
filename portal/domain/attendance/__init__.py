"""The register, what was missed and how it is made good, what trainees thought of it, completion."""
