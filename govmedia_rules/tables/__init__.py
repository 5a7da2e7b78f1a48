"""Read tables of every kind, and write results as tables."""
