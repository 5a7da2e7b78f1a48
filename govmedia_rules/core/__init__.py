"""Foundations of every other package: models, time, dates, working days, vocabularies, rates, progress, display and plots."""
