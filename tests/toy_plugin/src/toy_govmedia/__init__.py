"""A made-up province's own check."""

from __future__ import annotations

from typing import Annotated

import govmedia_rules as gr


@gr.check("toy.posts_few", needs="post_count")
def posts_few(account: gr.AccountSnapshot, *, min_posts: Annotated[int, gr.Strictness.HIGHER]) -> gr.CheckResult:
    """Fewer posts than wanted."""
    if (account.post_count or 0) < min_posts:
        return gr.failed("posts_few", count=account.post_count, min_posts=min_posts)
    return gr.passed()
