"""The words for who is inspected: platforms, levels, stages of life, kinds of owner."""

from __future__ import annotations

from functools import cache
from typing import Annotated

from pydantic import BeforeValidator

from govmedia_rules.core.vocabulary import Vocabulary, read_data


@cache
def vocabulary(name: str) -> Vocabulary:
    """Return a built-in vocabulary of subjects: `platform`, `level`, `status` or `owner_kind`."""
    return Vocabulary.of(name, read_data("govmedia_rules.subjects", "vocabulary.toml")[name])


Platform = Annotated[str, BeforeValidator(lambda text: vocabulary("platform").normalise(text))]
"""Id of a platform; any known spelling is accepted and stored as the id (`微信订阅号` -> `wechat_subscription`)."""
Level = Annotated[str, BeforeValidator(lambda text: vocabulary("level").normalise(text))]
"""Id of a level; any known spelling is accepted (`设区市政府部门网站` -> `city_department`)."""
Status = Annotated[str, BeforeValidator(lambda text: vocabulary("status").normalise(text))]
"""Id of a stage of life; any known spelling is accepted (`正在注销中` -> `closing`)."""
OwnerKind = Annotated[str, BeforeValidator(lambda text: vocabulary("owner_kind").normalise(text))]
"""Id of a kind of owner; any known spelling is accepted (`企业` -> `company`)."""

PORTAL_LEVELS = frozenset({"state_department", "province_portal", "city_portal", "county_portal"})
"""Levels that the national rules call 政府门户网站 (governments at county level and above, State Council departments)."""
