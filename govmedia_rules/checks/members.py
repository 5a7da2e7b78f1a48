"""Members of a registry as rules across subjects receive them: listed, observed, or both."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class RegistryEntry(NamedTuple):
    """The registry's entry for a subject."""

    name: str
    owner: str | None = None
    platform: str | None = None
    status: str | None = None
    url: str | None = None


class Observation(NamedTuple):
    """The latest observation of a subject."""

    observed_at: datetime
    name: str
    owner: str | None = None
    platform: str | None = None
    found: bool | None = None


class Member(NamedTuple):
    """A subject that the registry lists, that was observed, or both.

    Attributes:
        id: Id of the subject.
        kind: `site` or `account`.
        entry: What the registry says; None when it does not list the subject.
        observation: What was last seen; None when nobody looked.
        namesakes: Ids of listed subjects of which it may be one: it was seen under a name that several of them share, and nothing
            tells which. () where it is told apart.
    """

    id: str
    kind: str
    entry: RegistryEntry | None = None
    observation: Observation | None = None
    namesakes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its registered name, else the one it was inspected under."""
        if self.entry is not None:
            return self.entry.name
        return self.observation.name if self.observation is not None else self.id

    @property
    def owner(self) -> str | None:
        """Its registered owner, else the one it was inspected under."""
        for source in (self.entry, self.observation):
            if source is not None and source.owner is not None:
                return source.owner
        return None

    @property
    def platform(self) -> str | None:
        """Its platform; None for a site."""
        for source in (self.entry, self.observation):
            if source is not None and source.platform is not None:
                return source.platform
        return None

    @property
    def is_open(self) -> bool:
        """Whether the registry shows it as neither closed nor being closed."""
        return self.entry is None or self.entry.status not in ("closed", "closing")


class Members(tuple[Member, ...]):
    """All members, in order of their ids."""

    def of(self, kind: str) -> list[Member]:
        """Return the members of one kind, `site` or `account`."""
        return [member for member in self if member.kind == kind]
