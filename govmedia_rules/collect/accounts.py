"""Posts of new-media accounts: WeChat article pages and histories, Weibo answers, and plain exports. Pure; nothing is fetched.

Platforms show their histories only to their own clients, so the input is what a person saved or a platform's export tool
wrote. Every reader gives `Post`s; `account_snapshot` makes a snapshot of them.
"""

from __future__ import annotations

import html as html_module
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from govmedia_rules.collect.article import metas_by_name, read_published, read_title
from govmedia_rules.collect.dom import Dom
from govmedia_rules.collect.shown import is_plausible
from govmedia_rules.collect.words import word_table
from govmedia_rules.core.dates import read_moment
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.errors import ObservationError, reason_zh
from govmedia_rules.snapshots.exports import decode
from govmedia_rules.snapshots.models import AccountSnapshot
from govmedia_rules.snapshots.parts import Collection, Post
from govmedia_rules.snapshots.posts import post_rows, post_tables
from govmedia_rules.subjects.models import Account
from govmedia_rules.tables.model import BadRow

# Names under which article pages have kept their time, best first: `ori_create_time` is that of the draft.
_TIME_NAMES = ("ct", "create_time", "createTime", "create_timestamp", "publish_time", "ori_create_time")
_CLOCK = r"(?:(?: |\\x20)[0-2][0-9]:[0-5][0-9](?::[0-5][0-9])?)?"
_TIMES = re.compile(
    rf"""(?<![A-Za-z0-9_])["']?({"|".join(_TIME_NAMES)})["']?\s{{0,5}}[:=]\s{{0,5}}(?:(?:""|'')\s{{0,3}}\|\|\s{{0,3}})?"""
    r"""(?:JsDecode\(\s{0,3})?["']?\s{0,3}"""
    rf"""(1[0-9]{{9}}(?:[0-9]{{3}})?|20[0-9]{{2}}-[01][0-9]-[0-3][0-9]{_CLOCK})(?![0-9])"""
)
# A form of 2019: the server's time, the article's, and its day, under names of one letter.
_MINIFIED = re.compile(
    r"""\bn\s{0,3}=\s{0,3}["'](1[0-9]{9})["']\s{0,3},\s{0,3}s\s{0,3}=\s{0,3}["'](20[0-9]{2}-[01][0-9]-[0-3][0-9])["']"""
)
_ALBUM = re.compile(r"album|pay_|related|recommend|comment", re.IGNORECASE)
_NICK = re.compile(r"nick_?name\s{0,5}[:=]\s{0,5}(?:htmlDecode\(|JsDecode\()?[\"']([^\"']{1,60})[\"']")
_OWNER = re.compile(r"(?:账号主体|帐号主体|主体名称|principal_name)[\s:：=\"'>]{0,10}([\u4e00-\u9fff（）()·]{4,60})")
_ORIGINAL = re.compile(r"(?:copyright_stat|_copyright_stat)\s{0,5}[:=]\s{0,5}[\"']?([0-9])")


@dataclass(frozen=True, slots=True)
class WeChatArticle:
    """An article page of a WeChat official account (微信公众号文章).

    Attributes:
        post: The article as a post.
        account_name: Name of the account that published it; "" when the page names none.
        owner: Owner (账号主体) the page names; "" when it names none.
        gone: Whether the page says that the article was removed.
        is_article: Whether the page is an article at all; a verification, a limit or a profile is none, and its `post` is blank.
    """

    post: Post
    account_name: str
    owner: str
    gone: bool
    is_article: bool = True


def read_wechat_article(html: str, url: str, *, now: datetime | None = None) -> WeChatArticle:
    """Read a saved WeChat article page; its time is in a script, what it shows (昨天) depends on the day of saving.

    Args:
        html: Text of the page.
        url: Its address.
        now: The monitoring point, for pages without the script.
    """
    dom = Dom(html)
    metas = metas_by_name(dom.metas)
    title = metas.get("og:title") or metas.get("twitter:title") or read_title(dom, metas).value
    published = _script_time(dom.scripts)
    original: bool | None = None
    name = owner = ""
    for script in dom.scripts:
        if not name and (nick := _NICK.search(script)) is not None:
            name = html_module.unescape(nick[1])
        if original is None and (stat := _ORIGINAL.search(script)) is not None:
            original = stat[1] in ("1", "11")
        if not owner and (body := _OWNER.search(script)) is not None:
            owner = body[1]
    for selector in ("#js_name", ".profile_nickname", ".rich_media_meta_nickname a"):
        shown = dom.tree.css_first(selector)
        own = " ".join(shown.text(deep=False).split()) if shown is not None else ""
        if own:
            name = own
            break
    content = dom.tree.css_first("#js_content,.rich_media_content")
    text = (
        "\n".join(" ".join(line.split()) for line in content.text(separator="\n").split("\n") if line.strip()) if content else None
    )
    if published is None:
        published = _shown_time(html, title, metas, now)
    if published is not None and not is_plausible(published, now):
        published = None
    gone = content is None and any(word in dom.text[:5_000] for word in word_table("wechat")["gone"])
    if gone or (
        content is None and (published is None or any(word in dom.text[:2_000] for word in word_table("wechat")["no_article"]))
    ):
        return WeChatArticle(Post(url=url), name, owner, gone, is_article=False)
    return WeChatArticle(
        Post(title=" ".join(title.split())[:10_000], url=url, published_at=published, text=text, original=original),
        name,
        owner,
        gone,
    )


def _shown_time(html: str, title: str, metas: dict[str, str], now: datetime | None) -> datetime | date | None:
    """Return the publication time that a page shows outside its text, whose days are those of what it tells of."""
    dom = Dom(html)
    for content in dom.tree.css("#js_content,.rich_media_content"):
        content.decompose()
    return read_published(dom, metas, title, now=now).moment


def _script_time(scripts: Iterable[str]) -> datetime | date | None:
    """Return the publication time that a page's scripts hold: the best name wins, and of one name the first outside an album."""
    best: tuple[int, datetime | date] | None = None
    for script in scripts:
        for match in _TIMES.finditer(script):
            rank = _TIME_NAMES.index(match[1])
            album = _ALBUM.search(script, max(0, match.start() - 200), match.start())
            since = script[album.start() : match.start()] if album is not None else ""
            is_open = sum(map(since.count, "{[")) > sum(map(since.count, "]}"))  # an album is over when its brackets close
            if album is not None and (is_open or not any(sign in since for sign in ";,}")):
                rank += len(_TIME_NAMES)
            moment = _epoch(match[2]) if match[2].isdecimal() else read_moment(match[2].replace(r"\x20", " "))
            if moment is not None and (best is None or rank < best[0]):
                best = (rank, moment)
        if best is None and (minified := _MINIFIED.search(script)) is not None:
            moment = _epoch(minified[1]) or read_moment(minified[2])
            best = None if moment is None else (2 * len(_TIME_NAMES), moment)
    return None if best is None else best[1]


def _loaded(source: str | bytes | Mapping[str, Any] | Sequence[Any], what: str) -> Any:
    if not isinstance(source, str | bytes):
        return source
    try:
        return decode(source)
    except ValueError as fault:
        raise ObservationError(f"{what} is not JSON: {fault}", zh=f"{what} 不是 JSON：{reason_zh(fault)}") from fault
    except RecursionError as fault:
        raise ObservationError(f"{what} is nested too deeply", zh=f"{what} 嵌套过深") from fault


def read_wechat_history(source: str | bytes | Mapping[str, Any]) -> tuple[Post, ...]:
    """Return posts of an account history answer (`general_msg_list` with `comm_msg_info` and `app_msg_ext_info`), newest as given.

    Args:
        source: The answer, as text or as read; the list may itself be text inside it.

    Raises:
        ObservationError: It is not JSON, or has no message list.
    """
    data = _loaded(source, "the history")
    _refuse_errors(data)
    if isinstance(data, Mapping) and "publish_page" in data:
        return _published_page(data["publish_page"])
    if isinstance(data, Mapping) and isinstance(data.get("general_msg_list"), str):
        data = _loaded(data["general_msg_list"], "general_msg_list")
    if isinstance(data, Mapping) and isinstance(data.get("app_msg_list"), list):
        listed = [item for item in data["app_msg_list"] if isinstance(item, Mapping)]
        if not listed and data.get("app_msg_cnt"):
            raise ObservationError("the history counts posts and lists none of them", zh="历史消息有发文数量而没有列出发文")
        return tuple(_wechat_item(item, item.get("create_time") or item.get("update_time")) for item in listed)
    messages = data.get("list") if isinstance(data, Mapping) else None
    if not isinstance(messages, list):
        raise ObservationError(
            "the history has no message list",
            hint="the answer needs general_msg_list or app_msg_list",
            zh="历史消息里没有消息列表",
            hint_zh="返回的内容里应有 general_msg_list 或 app_msg_list",
        )
    posts: list[Post] = []
    for message in messages:
        if not isinstance(message, Mapping):
            continue
        at = (message.get("comm_msg_info") or {}).get("datetime")
        article = message.get("app_msg_ext_info")
        if isinstance(article, Mapping):
            items = (article, *(article.get("multi_app_msg_item_list") or ()))
            posts.extend(_wechat_item(item, at) for item in items if item.get("title") or item.get("content_url"))
        else:
            text = (message.get("comm_msg_info") or {}).get("content")
            posts.append(Post(title=str(text or "")[:200], published_at=_epoch(at), text=str(text) if text else None))
    return tuple(posts)


def _refuse_errors(data: Any) -> None:
    """Refuse an answer that says it holds nothing: a limit, an expired login, a closed account.

    Raises:
        ObservationError: The answer carries a code other than 0.
    """
    if not isinstance(data, Mapping):
        return
    base = data.get("base_resp")
    codes = (base.get("ret") if isinstance(base, Mapping) else None, data.get("ret"), data.get("errcode"))
    code = next((code for code in codes if code not in (None, 0, "0")), None)
    if code is not None:
        text = base.get("err_msg") if isinstance(base, Mapping) else data.get("errmsg")
        raise ObservationError(
            f"the history was refused with code {code}: {text or 'no reason given'}",
            hint="ask again later",
            zh=f"读取历史消息被拒绝，代码 {code}：{text or '未说明原因'}",
            hint_zh="请稍后再试",
        )


def _published_page(page: Any) -> tuple[Post, ...]:
    """Return the posts of a list of publications (`publish_list` with `publish_info`), each layer text or read."""
    page = _loaded(page, "publish_page") if isinstance(page, str | bytes) else page
    publications = page.get("publish_list") if isinstance(page, Mapping) else None
    if not isinstance(publications, list):
        raise ObservationError("publish_page has no publish_list", zh="publish_page 里没有 publish_list")
    posts: list[Post] = []
    for publication in publications:
        info = publication.get("publish_info") if isinstance(publication, Mapping) else None
        info = _loaded(info, "publish_info") if isinstance(info, str) and info else info
        if not isinstance(info, Mapping):
            continue
        sent = info.get("sent_info")
        at = sent.get("time") if isinstance(sent, Mapping) else None
        items = info.get("appmsgex") or info.get("appmsg_info") or ()
        posts.extend(
            _wechat_item(item, at or item.get("create_time") or item.get("update_time"))
            for item in items
            if isinstance(item, Mapping) and not item.get("is_deleted")
        )
    return tuple(posts)


def _wechat_item(item: Mapping[str, Any], at: Any) -> Post:
    stat = item.get("copyright_stat", item.get("copyright_type"))
    return Post(
        title=html_module.unescape(str(item.get("title") or ""))[:10_000],
        url=html_module.unescape(str(item.get("content_url") or item.get("link") or ""))[:8_000] or None,
        published_at=_epoch(at),
        original=None if stat is None else str(stat) in ("1", "11"),
    )


def _epoch(value: Any) -> datetime | None:
    try:
        seconds = int(value)
        if seconds > 10**11:
            seconds //= 1_000
        return datetime.fromtimestamp(seconds, SHANGHAI) if seconds > 0 else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None


_TAGS = re.compile(r"<br\s*/?>|</p>", re.IGNORECASE)


_WEIBO_TIMES = ("created_at", "publish_time", "create_date_time", "create_time", "pubdate")
_WEIBO_TEXTS = ("text_raw", "content", "text", "desc")
_WEIBO_HOLDERS = ("data", "statuses", "cards", "mblog", "list", "card_group", "posts", "weibo", "weibos", "items", "notes")
_SHORT_YEAR = re.compile(r"^([0-9]{2})-(?=[0-9]{1,2}-[0-9]{1,2}\b)")
_SOURCE_TAIL = re.compile(r"\s*(?:来自|来源|from\s|发布于|已编辑|编辑于).*$", re.DOTALL)


def read_weibo(
    source: str | bytes | Mapping[str, Any] | Sequence[Any], *, now: datetime | None = None, user: str | int | None = None
) -> tuple[Post, ...]:
    """Return posts of a Weibo answer: one post, a list of them, or an answer that holds a list; a site's own form or a collector's.

    Args:
        source: The answer, as text or as read.
        now: The monitoring point, for times such as `昨天 10:20`.
        user: Id of the account whose posts are wanted; None takes that which the answer names, if it names one.

    Raises:
        ObservationError: It is not JSON, or holds no posts.
    """
    data = _loaded(source, "the answer")
    own = str(user) if user is not None else _named_user(data)
    items = list(_weibo_items(data))
    posts = [_weibo_post(item, now) for item in items if _is_own(item, own)]
    if items and not posts:
        raise ObservationError(
            "the answer holds posts of other users only",
            hint="name the account's own id as user",
            zh="返回的只有别的用户的发文",
            hint_zh="请用 user 写明账号自己的标识",
        )
    if not posts and not (isinstance(data, list) and not data) and not _has_empty_list(data):
        raise ObservationError(
            "the answer holds no posts",
            hint="each post has created_at and text or content",
            zh="返回的内容里没有发文",
            hint_zh="每条发文有 created_at 和 text 或 content",
        )
    return tuple(posts)


def _named_user(data: Any) -> str | None:
    """Return the id of the user that an answer names beside its posts; None when it names none."""
    holder = data.get("user") or data.get("userInfo") if isinstance(data, Mapping) else None
    named = holder.get("id") or holder.get("idstr") if isinstance(holder, Mapping) else None
    return str(named) if named else None


def _is_own(item: Mapping[str, Any], user: str | None) -> bool:
    """Return whether a post is the account's own: profiles also show what the account liked (他赞过的微博)."""
    title = item.get("title")
    label = title.get("text") if isinstance(title, Mapping) else title if "created_at" in item else ""
    if "赞过" in str(label or ""):
        return False
    author = item.get("user")
    named = author.get("id") or author.get("idstr") if isinstance(author, Mapping) else item.get("user_id")
    return user is None or named is None or str(named) == user


def _has_empty_list(data: Any) -> bool:
    if isinstance(data, Mapping):
        return any(data.get(key) == [] for key in ("statuses", "cards", "list", "posts")) or _has_empty_list(data.get("data"))
    return False


def _weibo_items(data: Any) -> Iterable[Mapping[str, Any]]:
    """Return the posts in an answer, in order, however many lists and cards they lie in."""
    waiting = [data]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(reversed(item))
        elif isinstance(item, Mapping):
            if any(name in item for name in _WEIBO_TIMES) and any(name in item for name in _WEIBO_TEXTS):
                yield item
            else:
                waiting.extend(item[key] for key in reversed(_WEIBO_HOLDERS) if key in item)


def _weibo_post(item: Mapping[str, Any], now: datetime | None) -> Post:
    raw = str(next((item[name] for name in _WEIBO_TEXTS if item.get(name)), ""))
    text = html_module.unescape(re.sub(r"<[^>]{0,2000}>", "", _TAGS.sub("\n", raw))).strip()
    at = next((item[name] for name in _WEIBO_TIMES if item.get(name)), "")
    written = _SHORT_YEAR.sub(r"20\1-", _SOURCE_TAIL.sub("", str(at)).strip())
    published = _epoch(written) if re.fullmatch(r"1[0-9]{9}(?:[0-9]{3})?", written) else read_moment(written, now=now)
    url = item.get("url") or item.get("scheme")
    user = item.get("user") if isinstance(item.get("user"), Mapping) else {}
    if not url and isinstance(user, Mapping) and item.get("mblogid"):
        url = f"https://weibo.com/{user.get('id') or user.get('idstr') or user.get('_id')}/{item['mblogid']}"
    first = text.split("\n", 1)[0]
    return Post(
        title=first[:200],
        url=str(url)[:8_000] if url else None,
        published_at=published,
        text=text[:5_000_000],
        original=item.get("retweeted_status") is None and item.get("retweet_id") is None,
    )


@dataclass(frozen=True)
class PostTable:
    """The posts of an export, and apart from them the rows that could not be used.

    Attributes:
        posts: The posts in the order of the rows.
        bad: Rows of which something cannot be read; the post is left out.
        unused: Headers no field was found for.
    """

    posts: tuple[Post, ...]
    bad: tuple[BadRow, ...] = ()
    unused: tuple[str, ...] = ()


def read_post_export(
    source: object,
    *,
    now: datetime | None = None,
    headers: Mapping[str, str] | None = None,
    sheet: str | int | None = None,
) -> PostTable:
    """Return the posts of one account's plain export: a table with title, time and link, as CSV, XLSX or data frame.

    The rows are read as `snapshots.posts.read_posts` reads them, which makes snapshots of tables that name accounts.

    Args:
        source: Path or table; see `tables.sources.open_table`.
        now: The monitoring point, for times without a year.
        headers: Further headers, as written -> `title`, `published_at`, `url`, `text` or `original`.
        sheet: Sheet of a workbook.

    Raises:
        TableError: The table cannot be opened, or has neither a title nor a time column.
    """
    opened = post_tables(source, headers=headers, sheet=sheet)
    rows = [row for table, columns in opened for row in post_rows(table, columns, now, SHANGHAI)]
    unused = []
    for _, columns in opened:
        fields = {use.field for use in columns}
        unused += [use.header for use in columns if use.field is None or (use.field == "created_at" and "published_at" in fields)]
    return PostTable(
        tuple(row.post for row in rows if row.post is not None and not row.bad),
        tuple(fault for row in rows for fault in row.bad),
        tuple(unused),
    )


read_posts = read_post_export
"""The name of earlier versions; `govmedia_rules.read_posts` reads a table of several accounts."""


def account_snapshot(
    account: Account,
    posts: Sequence[Post] | None,
    *,
    observed_at: datetime,
    complete: bool = True,
    seen_name: str | None = None,
    seen_owner: str | None = None,
    failure: str | None = None,
    by: Literal["wechat", "weibo", "export"] | str = "export",
) -> AccountSnapshot:
    """Return a snapshot of an account from what was read of it.

    Args:
        account: The account as registered.
        posts: Its posts; None when they could not be looked at, () when it has none.
        observed_at: The monitoring point, aware.
        complete: Whether these are all posts of the last windows; False marks `posts` as partial.
        seen_name: Name the platform shows.
        seen_owner: Owner the platform shows.
        failure: Kind of failure when the account could not be seen.
        by: What the posts were read from.
    """
    read = None if posts is None else tuple(post for post in posts if post.title or post.text or post.published_at is not None)
    # A page that showed neither title nor text nor time was not read: what it would have shown is not known.
    complete = complete and (posts is None or read is None or len(read) == len(posts))
    return AccountSnapshot(
        account=account,
        observed_at=observed_at,
        partial=() if complete or posts is None else ("posts",),
        posts=read if read or not posts else None,
        seen_name=seen_name or None,
        seen_owner=seen_owner or None,
        collection=Collection(by=by, failure=failure),
    )
