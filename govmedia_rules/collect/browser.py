"""Pages as an installed Chromium renders them (extra `browser`), for facts that a script writes after the page has come.

The browser never uses the network itself: every request it makes is answered by the collector's own fetcher, so bounds, cookies
and the guard hold for each of them, on every redirect. Requests other than GET are refused; what a page asks for that way
stays not observed.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from govmedia_rules.collect.decode import decode_page
from govmedia_rules.collect.outcome import Fetched
from govmedia_rules.collect.page import read_page
from govmedia_rules.errors import CollectError, MissingExtra, Where

if TYPE_CHECKING:
    from playwright.async_api import Browser as Chromium
    from playwright.async_api import Page, Playwright, Route

Shown = TypeVar("Shown")
Source = Callable[[str], Awaitable[Fetched | None]]
"""Answers the requests of a page; None refuses one."""

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
"""Names under which an installed Chromium is looked for."""
MOST_REQUESTS = 120
"""Requests of one page that are answered; lists come with the first dozens."""
# Nothing is resolved or connected to by the browser itself: whatever the routes do not answer fails.
_ARGUMENTS = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
_NO_CONTENT = frozenset({"image", "media", "font", "stylesheet"})
WIDTH, HEIGHT = 1_280, 1_600
"""Size of the window in pixels, which is that of screenshots."""


def needs_rendering(fetched: Fetched) -> bool:
    """Return whether scripts may write what a page does not hold: nothing but a script, or empty lists beside busy scripts."""
    if fetched.failure is not None or fetched.status != 200:
        return fetched.failure == "blocked_script" and fetched.status == 200
    decoded = decode_page(fetched.body, fetched.content_type, cut=fetched.cut)
    page = read_page(decoded.text, fetched.final_url, decoded=decoded)
    return bool(page.own_scripts) and (page.empty_lists > 0 or page.fetches_content) and not page.entries


class Browser:
    """A Chromium for one run; use it in an `async with` block.

    Args:
        seconds: Longest time for one page. Unit: seconds.
        program: Path of the Chromium; None looks for an installed one.

    Raises:
        MissingExtra: The extra `browser` is not installed.
        CollectError: There is no Chromium, or it does not start.
    """

    def __init__(self, *, seconds: float = 20.0, program: str | None = None) -> None:
        self._seconds = seconds
        self._program = program or next((path for name in PROGRAMS if (path := shutil.which(name))), None)
        self._playwright: Playwright | None = None
        self._chromium: Chromium | None = None

    async def __aenter__(self) -> Self:
        try:
            from playwright.async_api import Error, async_playwright
        except ImportError:
            raise MissingExtra(
                "rendering pages needs playwright", Where(), "pip install govmedia-rules[browser]", zh="渲染网页需要 playwright"
            ) from None
        if self._program is None:
            raise CollectError(
                "there is no Chromium",
                hint="install it from the system's packages, or name its path",
                zh="没有 Chromium",
                hint_zh="请从系统软件源安装，或写明它的路径",
            )
        self._playwright = await async_playwright().start()
        try:
            self._chromium = await self._playwright.chromium.launch(executable_path=self._program, args=list(_ARGUMENTS))
        except Error as fault:
            await self._playwright.stop()
            raise CollectError(
                f"Chromium does not start: {str(fault).splitlines()[0]}",
                Where(self._program),
                zh=f"Chromium 不能启动：{str(fault).splitlines()[0]}",
            ) from fault
        return self

    async def __aexit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        if self._chromium is not None:
            await self._chromium.close()
        if self._playwright is not None:
            await self._playwright.stop()

    async def render(self, fetched: Fetched, source: Source) -> Fetched:
        """Return a page as its scripts leave it; the page itself where the browser cannot show it.

        Args:
            fetched: The page as it was sent.
            source: Answers the requests of its scripts.
        """
        html = await self._shown(fetched, source, lambda page: page.content())
        if html is None or not html.strip():
            return fetched
        kind = "text/html; charset=utf-8"
        return replace(fetched, body=html.encode("utf-8", "replace"), content_type=kind, failure=None, remark="rendered")

    async def screenshot(self, fetched: Fetched, source: Source) -> bytes | None:
        """Return a picture of a page as PNG; None where the browser cannot show it."""
        return await self._shown(fetched, source, lambda page: page.screenshot(full_page=True, type="png"), pictures=True)

    async def _shown(
        self, fetched: Fetched, source: Source, take: Callable[[Page], Awaitable[Shown]], *, pictures: bool = False
    ) -> Shown | None:
        """Load a page, wait until its requests have ended, and return what `take` takes of it."""
        from playwright.async_api import Error

        assert self._chromium is not None
        context = await self._chromium.new_context(
            viewport={"width": WIDTH, "height": HEIGHT}, service_workers="block", accept_downloads=False, locale="zh-CN"
        )
        try:
            async with asyncio.timeout(2 * self._seconds):
                await context.route("**/*", _Answers(fetched, source, pictures))
                await context.route_web_socket("**/*", lambda socket: socket.close())
                page = await context.new_page()
                await page.goto(fetched.final_url, wait_until="domcontentloaded", timeout=1_000 * self._seconds)
                with contextlib.suppress(Error):  # a page that never rests is taken as it is then
                    await page.wait_for_load_state("networkidle", timeout=1_000 * self._seconds / 2)
                return await take(page)
        except (Error, TimeoutError):
            return None
        finally:
            with contextlib.suppress(Error):
                await context.close()


class _Answers:
    """Answers the requests of one page: the page itself from what was fetched, everything else from the source.

    Args:
        fetched: The page.
        source: Where other addresses are had from.
        pictures: Whether pictures, fonts and styles are answered too.
    """

    def __init__(self, fetched: Fetched, source: Source, pictures: bool) -> None:
        self._fetched = fetched
        self._source = source
        self._pictures = pictures
        self._count = 0

    async def __call__(self, route: Route) -> None:
        request = route.request
        self._count += 1
        is_refused = request.method != "GET" or not request.url.startswith(("http://", "https://")) or self._count > MOST_REQUESTS
        if is_refused or (not self._pictures and request.resource_type in _NO_CONTENT):
            await route.abort()
            return
        is_page = request.is_navigation_request() and request.url.partition("#")[0] == self._fetched.final_url
        answer = self._fetched if is_page else await self._source(request.url)
        if answer is None or answer.status is None or not answer.body:
            await route.abort()
            return
        headers = {"content-type": answer.content_type or "text/html", "access-control-allow-origin": "*"}
        await route.fulfill(status=answer.status, headers=headers, body=answer.body)
