"""Blot out the names of bodies, sites and accounts in a wording, so that no word of a name (县商务局, “掌上服务”) decides."""

from __future__ import annotations

import re
from functools import cache

from govmedia_rules.core.vocabulary import any_of
from govmedia_rules.notices.outline import notice_words

PLATFORM_WORDS = (
    r"(?:官方|政务)?(?:微信订阅号|微信服务号|微信公众号|微信公众平台|微信视频号|微信小程序|微信号|微信|新浪微博|腾讯微博|人民微博|微博|"
    r"今日头条号|今日头条|头条号|头条|抖音短视频号|抖音短视频|抖音视频号|抖音号|抖音|快手号|快手|移动客户端|客户端|APP|App|app|小程序|公众号|"
    r"订阅号|服务号|视频号|百家号|人民号|澎湃号|学习强国号|哔哩哔哩|B站|小红书)"
)
_QUOTED = re.compile(r"[“「\"](?P<name>[^“”「」\"]{2,40})[”」\"]")


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    naming = notice_words()["naming"]
    called = rf"(?:{PLATFORM_WORDS}|{any_of([*naming['site_words'], *naming['account_words']])})"
    listed = r"[”」\"](?:、|和|及|,)?(?=[“「\"])"
    return (
        re.compile(rf"(?:(?:\(?{called})|等)"),
        re.compile(rf"{called}$|{listed}$"),
        re.compile(rf"(?:{any_of(naming['suffixes'])}|发布|在线|之窗|融媒)$"),
        re.compile(rf"(?:^|(?<=[、,:;和及与]))[^、,:;。“”0-9未不无没缺存在的]{{1,12}}?(?:{any_of(naming['bodies'])})"),
    )


def mask_names(wording: str) -> str:
    """Return a wording with its names blotted out, of the same length.

    A quoted name is one that a platform or 网站 follows or precedes, or that ends like a body; other quoted words say what is
    wrong (“僵尸”, “开天窗”) and stay.
    """
    after, before, ending, body = _patterns()
    naming = notice_words()["naming"]
    spoken = re.compile(any_of([*naming["no_part_of_names"], *naming["not_names"]]))

    def blot(match: re.Match[str]) -> str:
        name = match.group("name")
        left, rest = wording[: match.start()], wording[match.end() :]
        is_name = after.match(rest) or before.search(left) or ending.search(name)
        return "〇" * len(match.group()) if is_name and not spoken.search(name) else match.group()

    masked = _QUOTED.sub(blot, wording)
    return body.sub(lambda match: match.group() if spoken.search(match.group()) else "〇" * len(match.group()), masked)
