"""Forms of the staff door, named like the modules that use them."""
