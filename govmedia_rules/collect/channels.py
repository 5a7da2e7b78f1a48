"""Ways for citizens to ask (互动渠道), looked for on the whole look: home page, columns, site map, pictures without text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from govmedia_rules.collect.columns import Frame, own_frames, own_lines
from govmedia_rules.collect.failures import opens
from govmedia_rules.collect.home import HomeView
from govmedia_rules.collect.letters import LetterReader
from govmedia_rules.collect.navigation import FoundChannel, host_of, page_key
from govmedia_rules.collect.outcome import Fetched
from govmedia_rules.collect.page import PageFacts
from govmedia_rules.collect.visits import ReadPage
from govmedia_rules.collect.words import channel_kinds, column_kind, word_table
from govmedia_rules.snapshots.parts import Channel, MapEntry

ASKING_KINDS = frozenset({"consultation", "mailbox", "message_board", "suggestion"})
"""Kinds of channels that take questions and suggestions."""
MOST_CHANNELS = 40
"""Channels opened for one site."""
FEWEST_JUDGED = 4
"""Inner pages of a site that must have been asked before it is said that nearly none of them opens."""
MOST_SHUT = 0.5
"""Share of failing inner pages from which the look is doubted: of a living site most pages open."""
MOST_PICTURES = 6
"""Pictures without text behind which a channel is looked for."""


@dataclass
class ChannelFinder(LetterReader):
    """Finds and opens the channels of one site; see `PageVisitor` for its arguments."""

    channels: list[Channel] = field(default_factory=list)
    site_map: tuple[MapEntry, ...] | None = None
    _found_channels: list[FoundChannel] = field(default_factory=list)
    _home_keys: set[str] = field(default_factory=set)
    _frame: Frame = field(default_factory=Frame)
    _letter_pages: set[str] = field(default_factory=set)
    _asking_pages: set[str] = field(default_factory=set)
    _framed_pages: set[str] = field(default_factory=set)
    _impossible: str = ""
    _unread_columns: int = 0

    async def _try_channels(self, home: HomeView) -> None:
        """Open each channel that the home page, the columns and the site map name; one with a form is effective."""
        channels: dict[tuple[str, str], FoundChannel] = {}
        named = [
            FoundChannel(kind, node.path[-1], node.url)
            for node in self.site_map or ()
            if (kind := self._channel_kind(node.path[-1]))
        ]
        for channel in (*self._found_channels, *named):
            channels.setdefault((channel.name, page_key(channel.url or "")), channel)
        own = dict.fromkeys(url for channel in channels.values() if (url := channel.url) and host_of(url) in self._hosts)
        kinds = {channel.url: channel.kind for channel in channels.values() if channel.url}
        more = await self._open_channels({url: kinds[url] for url in own if url not in self.checked})
        await self._open_channels(more)  # a page to write on often leads to the letters that were answered
        again = [url for url in own if (answer := self.checked.get(url)) is not None and opens(answer.failure) is False]
        for url in again[:MOST_CHANNELS]:  # one failing request never makes a channel ineffective
            self._record(await self.fetch(url, "link"))
        for channel in channels.values():
            # A hotline's page to write on takes questions like any other; its name alone says only that there is a telephone.
            kind = "consultation" if channel.kind == "hotline" and channel.url in self._letter_pages else channel.kind
            effective = self._is_effective(channel.url, own)
            self.channels.append(Channel(kind=kind, name=channel.name, url=channel.url, effective=effective))
            if kind == "petition" and channel.url in self._asking_pages:  # it takes questions too: for a person
                self.channels.append(Channel(kind="consultation", name=channel.name, url=channel.url))
        self.channels.extend(Channel(kind="suggestion", name=name[:200]) for name in home.mail_addresses)
        if not any(channel.effective for channel in self.channels):
            await self._look_behind_pictures(home)
            await self._look_for_forms(home)
        portals = word_table("pages")["links"]["portals"]
        outside = [link for link, _, _ in self.links.values() if link.is_outside]
        if home.unnamed_outside or any(word in f"{link.text} {link.url}" for link in outside for word in portals):
            self.partial.update(("channels", "services"))  # they may be at the portal of services, which is another site
        below = f".{host_of(home.first.url)}"
        others = (link for link in outside if host_of(link.url) not in self._hosts)
        elsewhere = [link.text for link in others if host_of(link.url).endswith(below) and self._is_short(link.text)]
        if elsewhere:  # parts of the site that stand on hosts below its own were not read
            self.partial.update(("channels", "columns") if any(map(column_kind, elsewhere)) else ("channels",))
        if self._is_shut():
            self.partial.update(("channels", "columns"))
        if any(self._names_channel_without_link(page) for page in home.pages):
            self.partial.add("channels")  # a script leads on from there
        if self._unread_columns or home.may_show_more or "columns" in self.partial or "pages" in self.partial:
            self.partial.add("channels")

    def _names_channel_without_link(self, page: PageFacts) -> bool:
        """Return whether an item of a list, a button or a picture of the page is called like a way to ask and is no link."""
        nodes = [node for node in page.dom.tree.css("li,button,[onclick]") if node.css_first("a") is None]
        items = [" ".join(node.text().split()) for node in nodes]
        items.extend(attributes.get("alt") or attributes.get("title") or "" for _, attributes in page.dom.images)
        items.extend(node.attributes.get("value") or "" for node in page.dom.elements("input"))
        return any(self._channel_kind(name) in ASKING_KINDS for name in items)

    def _is_short(self, name: str) -> bool:
        return 0 < len(name.strip()) <= int(word_table("channels")["longest"])

    def _channel_kind(self, name: str) -> str | None:
        longest = int(word_table("channels")["longest"])
        return channel_kinds().find(name) if 0 < len(name) <= longest else None

    async def _open_channels(self, kinds: Mapping[str, str]) -> dict[str, str]:
        """Open channels (address -> kind) and read their messages; return further channels that their pages name."""
        addresses = list(kinds)[:MOST_CHANNELS]
        if len(kinds) > MOST_CHANNELS:
            self.partial.add("channels")
        more: dict[str, str] = {}
        async for index, fetched in self._wave(addresses):
            if fetched is None:
                if addresses[index] not in self.checked:  # two pages of one wave name each other
                    self.partial.add("channels")
            elif fetched.failure is None:
                facts = self._read(fetched, "channel", 1).facts
                self._forms[addresses[index]] = facts.has_form
                self._take_messages(facts, kinds[addresses[index]])
                named = (channel for channel in facts.channels if channel.url and host_of(channel.url) in self._hosts)
                more.update((channel.url or "", channel.kind) for channel in named if channel.url not in self.checked)
        return more

    def _is_effective(self, url: str | None, own: Iterable[str]) -> bool | None:
        answer = self.checked.get(url or "")
        if url is None or answer is None or url not in set(own):
            return None
        if opens(answer.failure) is False:
            return None if self._is_shut() else False
        has_form = self._forms.get(url) or self._forms.get(answer.final_url)
        return True if answer.failure is None and has_form else None

    def _is_shut(self) -> bool:
        """Return whether nearly nothing behind the home page opens: then something stands between, whatever the status says."""
        inner = [
            answer
            for url, answer in self.checked.items()
            if host_of(url) in self._hosts
            and page_key(url) not in self._home_keys
            and not url.endswith("/robots.txt")
            and url != self._impossible
        ]
        failed = sum(answer.failure is not None for answer in inner)
        return len(inner) >= FEWEST_JUDGED and failed >= MOST_SHUT * len(inner)

    async def _look_behind_pictures(self, home: HomeView) -> None:
        """Open pictures of the home page that lead into the site without any text: one may be the channel."""
        addresses = [url for url in home.unnamed_links if host_of(url) in self._hosts and url not in self.checked]
        if len(addresses) > MOST_PICTURES:
            self.partial.add("channels")
        async for index, fetched in self._wave(addresses[:MOST_PICTURES]):
            if fetched is None or fetched.failure is not None:
                if fetched is None or opens(fetched.failure) is not False:
                    self.partial.add("channels")
                continue
            facts = self._read(fetched, "channel", 1).facts
            kind = self._channel_kind(facts.title) or ("consultation" if facts.has_form else None)
            if kind is not None:
                self.channels.append(
                    Channel(kind=kind, name=facts.title[:200], url=addresses[index], effective=facts.has_form or None)
                )

    def _read(self, fetched: Fetched, kind: str, depth: int, *, site_map: bool = False, on_home: bool = False) -> ReadPage:
        page = super()._read(fetched, kind, depth, site_map=site_map, on_home=on_home)
        if kind in ("column", "channel") and own_frames(page.facts, self._frame):
            self._framed_pages.update((page.facts.url, fetched.url))
        if kind not in ("content", "site_map") and page.facts.has_form and self._speaks_of_letters(page.facts):
            self._letter_pages.update((page.facts.url, fetched.url))
            asks = any(word in page.facts.text for word in word_table("channels")["forms"]["questions"])
            self._asking_pages.update((page.facts.url, fetched.url) if asks else ())
        return page

    def _speaks_of_letters(self, facts: PageFacts) -> bool:
        """Return whether a page's own text has the words of letters and answers."""
        text = "\n".join((facts.title, *own_lines(facts, self._frame)))
        return any(word in text for word in word_table("channels")["forms"]["signs"])

    async def _look_for_forms(self, home: HomeView) -> None:
        """Take pages with a form to write into as channels, where the links to them have no word for one."""
        others = word_table("channels")["forms"]["others"]
        longest = int(word_table("channels")["longest"])
        named = [(item.url, item.name) for item in home.navigation]
        named.extend((link.url, link.text.strip()) for page in home.pages for link in page.links if link.kind == "page")
        names = {
            url: name
            for url, name in named
            if 0 < len(name) <= longest
            and host_of(url) in self._hosts
            and page_key(url) not in self._home_keys
            and self._channel_kind(name) is None
            and not any(word in name for word in others)
        }
        unread = [url for url in names if url not in self._forms and url not in self.checked]
        if len(unread) > MOST_CHANNELS:
            self.partial.add("channels")
        async for _, fetched in self._wave(unread[:MOST_CHANNELS]):
            if fetched is None or (fetched.failure is not None and opens(fetched.failure) is None):
                self.partial.add("channels")
            elif fetched.failure is None:
                facts = self._read(fetched, "channel", 1).facts
                if facts.url in self._letter_pages:
                    self._take_messages(facts, "consultation")
        if self._framed_pages & names.keys():
            self.partial.add("channels")  # the form may be inside the frame
        for url, name in names.items():
            if self._forms.get(url):
                effective = True if url in self._letter_pages else None
                self.channels.append(Channel(kind="consultation", name=name, url=url, effective=effective))
