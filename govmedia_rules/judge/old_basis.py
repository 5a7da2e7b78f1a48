"""Warn once of each layer whose documents are old on the day it is used for."""

from __future__ import annotations

import warnings
from datetime import date

from govmedia_rules.errors import OldBasisWarning
from govmedia_rules.rules.model import Plan

_warned_of: set[str] = set()
"""Ids of the layers of whose old documents this process has been warned."""


def warn_of_old_layers(plan: Plan, day: date, stacklevel: int = 4) -> None:
    """Warn of each layer of a plan whose newest document is older than five years on a day, unless this process was warned of it.

    Args:
        plan: The plan.
        day: The monitoring point, or the day a rulebook is asked for.
        stacklevel: Frames between this function and the caller of the library, as `warnings.warn` counts them.
    """
    if day <= plan.old_after:
        return
    for layer in plan.layers:
        if layer.old_after is None or day <= layer.old_after or layer.id in _warned_of:
            continue
        _warned_of.add(layer.id)
        what = f"the newest document of {layer.id} is more than five years older than {day}: {layer.title}"
        zh = f"{layer.id} 最新的依据文件比 {day} 早五年以上：{layer.title}"
        warnings.warn(OldBasisWarning(what, zh), stacklevel=stacklevel)
