"""Observations of one subject at one monitoring point."""
