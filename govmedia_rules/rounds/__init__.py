"""Rounds of inspections kept together for years, and what they tell of sites and accounts over time."""
