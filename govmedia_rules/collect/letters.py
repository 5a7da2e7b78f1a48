"""Citizens' messages of one site: read on every page of letters, followed to the page that is too old to matter."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from govmedia_rules.collect.failures import opens
from govmedia_rules.collect.messages import read_answer_time, read_messages
from govmedia_rules.collect.navigation import host_of, page_key
from govmedia_rules.collect.page import PageFacts
from govmedia_rules.collect.shown import shown_day
from govmedia_rules.collect.visits import PageVisitor
from govmedia_rules.snapshots.parts import Message

OLDEST = timedelta(days=400)
"""Age from which no rule asks for a message."""
WAITED = timedelta(days=80)
"""Age from which it matters when an answered message was answered: no rule allows less than three months."""
MOST_PAGES = 10
"""Further pages of one list of messages that are read."""
MOST_ANSWERS = 60
"""Pages of answered messages that are asked for the time of the answer."""


@dataclass
class LetterReader(PageVisitor):
    """Reads the messages of one site; see `PageVisitor` for its arguments."""

    messages: list[Message] | None = None
    _more_letters: list[tuple[str, str]] = field(default_factory=list)
    _message_keys: set[tuple[str, str, str]] = field(default_factory=set)

    def _take_messages(self, facts: PageFacts, kind: str, *, is_further: bool = False) -> bool:
        """Add the messages of a page, or of a further page of a list, each once; return whether it has a list of messages."""
        messages = read_messages(facts.dom, facts.base, column_kind=kind, now=self.observed_at)
        waits = facts.fetches_content and facts.empty_lists > 0
        if waits:  # letters that a script writes are not read, whatever stands beside them
            self.partial.add("messages")
        if messages is None or (not messages and (waits or facts.own_scripts)):
            return False
        self.messages = self.messages if self.messages is not None else []
        for message in messages:
            key = (message.title, page_key(message.url or ""), str(message.asked_at))
            if key not in self._message_keys:
                self._message_keys.add(key)
                self.messages.append(message)
        days = [shown_day(message.asked_at) for message in messages if message.asked_at is not None]
        is_old = bool(days) and max(days) < (self.observed_at - OLDEST).date()
        if not is_old and facts.next_page is not None and host_of(facts.next_page) in self._hosts:
            self._more_letters.append((facts.next_page, kind))
        elif not is_old and (facts.has_more_pages if is_further else facts.may_have_more):  # last pages name a next one too
            self.partial.add("messages")
        return True

    async def _follow_messages(self) -> None:
        """Read the further pages of the lists of messages, then the times of the answers that lists do not show."""
        for _ in range(MOST_PAGES):
            waiting, self._more_letters = self._more_letters, []
            async for index, fetched in self._wave([url for url, _ in waiting]):
                if fetched is None and page_key(waiting[index][0]) in self._asked:
                    continue  # two lists share their further pages
                kind = waiting[index][1]
                if not self._is_own_page(fetched) or not self._take_messages(self._facts(fetched), kind, is_further=True):
                    self.partial.add("messages")
        if self._more_letters:
            self.partial.add("messages")
        await self._date_answers()

    async def _date_answers(self) -> None:
        now = self.observed_at
        places = {
            message.url: place
            for place, message in enumerate(self.messages or ())
            if message.answered is not None
            and message.answered_at is None
            and message.asked_at is not None
            and message.url is not None
            if WAITED <= now.date() - shown_day(message.asked_at) <= OLDEST and host_of(message.url) in self._hosts
        }
        addresses = list(places)[:MOST_ANSWERS]
        async for index, fetched in self._wave(addresses):
            if fetched is None or opens(fetched.failure) is not True or self.messages is None:
                continue
            place = places[addresses[index]]
            message, moment = self.messages[place], read_answer_time(self._facts(fetched).dom, now)
            if moment is not None and message.asked_at is not None and shown_day(moment) >= shown_day(message.asked_at):
                # A list may go on saying 已受理 after the answer was given.
                self.messages[place] = message.model_copy(update={"answered": True, "answered_at": moment})
