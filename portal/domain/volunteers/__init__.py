"""Appointment, the volunteers it makes, and the register of their powers."""
