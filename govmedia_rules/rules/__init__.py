"""Rulebooks: models, loading, layers, plugins."""
