"""Chinese dates: the public path of `govmedia_rules.core.dates`, kept for scripts beside the project."""

from govmedia_rules.core.dates import read_moment

__all__ = ["read_moment"]
