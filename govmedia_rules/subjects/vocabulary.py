"""The words for who is inspected: platforms, levels, stages of life, kinds of owner."""

from __future__ import annotations

from functools import cache
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from govmedia_rules.core.vocabulary import Vocabulary, read_data


@cache
def subject_vocabulary(name: str) -> Vocabulary:
    """Return a built-in vocabulary of subjects: `platform`, `level`, `status` or `owner_kind`."""
    return Vocabulary.of(name, read_data("govmedia_rules.subjects", "vocabulary.toml")[name])


class _Ids(NamedTuple):
    """Lists the ids of a vocabulary in a JSON Schema: an enum in what is written, examples where any known spelling is read."""

    name: str

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        described = handler(schema)
        return {**described, "examples" if handler.mode == "validation" else "enum": list(subject_vocabulary(self.name))}


Platform = Annotated[str, BeforeValidator(lambda text: subject_vocabulary("platform").normalise(text)), _Ids("platform")]
"""Id of a platform; any known spelling is accepted and stored as the id (`微信订阅号` -> `wechat_subscription`)."""
Level = Annotated[str, BeforeValidator(lambda text: subject_vocabulary("level").normalise(text)), _Ids("level")]
"""Id of a level; any known spelling is accepted (`设区市政府部门网站` -> `city_department`)."""
Status = Annotated[str, BeforeValidator(lambda text: subject_vocabulary("status").normalise(text)), _Ids("status")]
"""Id of a stage of life; any known spelling is accepted (`正在注销中` -> `closing`)."""
OwnerKind = Annotated[str, BeforeValidator(lambda text: subject_vocabulary("owner_kind").normalise(text)), _Ids("owner_kind")]
"""Id of a kind of owner; any known spelling is accepted (`企业` -> `company`)."""

PORTAL_LEVELS = frozenset({"state_department", "province_portal", "city_portal", "county_portal"})
"""Levels that the national rules call 政府门户网站 (governments at county level and above, State Council departments)."""
