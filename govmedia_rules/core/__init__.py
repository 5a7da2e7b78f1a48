"""What every other package stands on: models, time, dates, working days, vocabularies, rates, progress, display and plots."""
