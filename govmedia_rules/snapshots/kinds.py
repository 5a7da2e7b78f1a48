"""The official words for the open kinds that snapshots use."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from pydantic import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from govmedia_rules.core.model import Model
from govmedia_rules.core.vocabulary import Vocabulary, read_data
from govmedia_rules.subjects.vocabulary import subject_vocabulary


@cache
def _tables() -> Mapping[str, Any]:
    # Apart from `kinds`, because a cache does not keep exceptions: a name that is not here would read the file each time.
    return read_data("govmedia_rules.snapshots", "kinds.toml")


@cache
def kinds(name: str) -> Vocabulary:
    """Return a vocabulary of snapshots: `column`, `channel`, `function`, `guide_element`, `part` and others."""
    return Vocabulary.of(name, _tables()[name])


def is_known(vocabulary_name: str, kind: str | None) -> bool:
    """Return whether a kind is one of a vocabulary of snapshots, or a local one (`jx.villages`); a kind of neither is not known.

    Args:
        vocabulary_name: `column`, `channel`, `function` or `guide_element`.
        kind: The kind; None is not known.
    """
    return kind is not None and (kind in kinds(vocabulary_name) or "." in kind)


def word(vocabulary_name: str, term_id: str, lang: str) -> str:
    """Return the official word for an id in a vocabulary of snapshots or subjects; the id itself where it has none.

    Args:
        vocabulary_name: Name of the vocabulary.
        term_id: The id.
        lang: `zh` for the title; in `en` the id reads as it is, with blanks for underscores.
    """
    for vocabularies in (kinds, subject_vocabulary):
        try:
            terms = vocabularies(vocabulary_name)
        except KeyError:
            continue
        if term_id not in terms:
            return term_id
        return terms[term_id].title if lang == "zh" else term_id.replace("_", " ")
    return term_id


class Observed(Model):
    """A snapshot of a subject; its JSON Schema lists the parts that `partial` may name."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core_schema)
        handler.resolve_ref_schema(schema)["properties"]["partial"]["items"] = {"type": "string", "enum": list(cls.model_fields)}
        return schema


def check_parts(model: type[Model], names: Iterable[str], where: str) -> None:
    """Refuse names that are no fields of a snapshot.

    Args:
        model: Class of the snapshot.
        names: The names.
        where: The field they stand in, for the message.

    Raises:
        ValueError: A name is unknown; says which one may be meant.
    """
    for name in names:
        if name not in model.model_fields:
            close = difflib.get_close_matches(name, model.model_fields, n=1, cutoff=0.5)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            raise ValueError(f"{where}: a {model.__name__} has no part {name!r}{hint}")
