"""Sessions, slots, who is invited, who booked what, what happened on the day and what the panel made of it."""
