"""Reads the rows of an attached table that lists sites or accounts, whatever its columns are called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from govmedia_rules.notices.classify import OTHER, classify
from govmedia_rules.notices.labels import platform_of_label
from govmedia_rules.notices.model import Kind, Listed, Table
from govmedia_rules.notices.outline import notice_words

_ACCOUNT_CODE = re.compile(r"[0-9]{6}M[0-9]{3}[A-Z]{2}[0-9]{4}")
_SITE_CODE = re.compile(r"[0-9]{10}|bm[0-9]{8}")
_WRAPPER = re.compile(r"^(?:单项否决|单否|扣分|不合格)(?:指标|项)?[(::](?P<inside>.*?)\)?$")


_SUBJECTS = re.compile(r"(?:账号|网站|新媒体|公众号)(?:名称)?(?:\(|$)")
_BODY = re.compile("(?:所在|所属)?(?:单位|部门|机构)(?:名称)?")
_NO_NAME = re.compile("(?:结果|情况|原因|问题|得分|名次|时间|日期)$")
_AREA = re.compile(r"(?:县区|区县|市县|市州|地市|县市区|县\(市、区\)|县\(区\)|市\(州\)|镇街|乡镇|县|区|市)(?:名称)?")


def column_roles(table: Table) -> dict[str, int]:
    """Return which column holds what: name, code, url, owner, area, platform, outcome, wording, remark."""
    roles: dict[str, int] = {}
    columns = [re.sub(r"\s+", "", name) for name in table.columns]
    has_subjects = any(_SUBJECTS.search(name) for name in columns)
    for index, plain in enumerate(columns):
        if _AREA.fullmatch(plain):
            roles.setdefault("area", index)
            continue
        if has_subjects and _BODY.fullmatch(plain):
            # 单位名称 beside 账号名称 is the body that answers, not what was inspected.
            roles.setdefault("owner", index)
            continue
        if plain in notice_words()["tables"]["serial"] or re.search("[数率量]$|总数|得分", plain):
            continue
        for role, *spellings in notice_words()["columns"]["order"]:
            # A second heading in brackets (网站名称(政务新媒体账号名称)) does not change what the column is.
            first = plain.split("(")[0] or plain
            if role == "owner_and_url":
                fits = re.search(r"网址\(.*(?:主体|单位)", plain) is not None
            else:
                # 新媒体检查结果 holds results, no names of accounts.
                fits = any(spelling in first for spelling in spellings) and not (role == "name" and _NO_NAME.search(plain))
            if fits and role not in roles:
                roles[role] = index
                break
    bare = next((i for i, name in enumerate(table.columns) if re.fullmatch(r"单\s*位", name)), None)
    if bare is not None and bare not in roles.values() and "name" in roles:
        # 单位 beside 账号名称 is the body that answers.
        roles.setdefault("owner", bare)
    if "name" in roles:
        return roles
    # 政务新媒体 alone, or 网站, heads the column of names.
    for index, name in enumerate(table.columns):
        if index not in roles.values() and re.search("网站|新媒体|账号", name) and not _NO_NAME.search(columns[index]):
            return {**roles, "name": index}
    return roles


def lists_subjects(roles: Mapping[str, int]) -> bool:
    """Return whether columns of these roles list subjects with what was found or how they are reached."""
    return "name" in roles and not {"wording", "code", "outcome", "platform", "url", "owner_and_url"}.isdisjoint(roles)


def read_listed(table: Table, number: int, title: str | None) -> Iterator[Listed]:
    """Yield the rows of a table as subjects; nothing when it does not list subjects with what was found."""
    roles = column_roles(table)
    if not lists_subjects(roles):
        return
    for index, row in enumerate(table.rows):
        cell = {role: row[column] for role, column in roles.items()}
        name = cell.get("name")
        if not name or re.fullmatch(r"[0-9.,%]+", name):
            continue
        code, printed = cell.get("code"), cell.get("platform")
        bracket = re.fullmatch(r"(.+?)\(([^()]{2,12})\)", name)
        if printed is None and bracket is not None and platform_of_label(bracket.group(2)):
            # 临江发布(微博): the platform stands with the name.
            name, printed = bracket.group(1), bracket.group(2)
        kind = _kind(printed, code, title, table.columns[roles["name"]])
        platform = platform_of_label(printed) if printed and kind != "site" else None
        shared = cell.get("owner_and_url")
        url, owner = cell.get("url"), cell.get("owner")
        if shared:
            if re.search(r"https?:|www\.|\.cn", shared):
                url = shared
            else:
                owner = shared
        wording = cell.get("wording")
        problems = tuple(split_problems(wording, kind)) if wording else ()
        ids: list[str] = []
        for problem in problems:
            ids += [i for i in classify(problem, subject=kind or "site").indicator_ids if i not in ids]
        yield Listed(
            name=re.sub('[“”"]', "", name),
            kind=kind,
            platform=platform[0] if platform else None,
            platform_text=printed if kind != "site" else None,
            code=code,
            url=url,
            owner=owner,
            area=cell.get("area"),
            outcome=cell.get("outcome"),
            wording=wording,
            problems=problems,
            indicator_ids=tuple(ids),
            remark=cell.get("remark"),
            table=number,
            row=index,
        )


def _kind(platform: str | None, code: str | None, title: str | None, column: str) -> Kind | None:
    if platform:
        if "网站" in platform:
            return "site"
        if platform_of_label(platform) or "新媒体" in platform:
            return "account"
    if code:
        if _ACCOUNT_CODE.fullmatch(code):
            return "account"
        if _SITE_CODE.fullmatch(code):
            return "site"
    for text in (title or "", column):
        account, site = "新媒体" in text or "账号" in text, "网站" in text
        if account != site:
            return "account" if account else "site"
    return None


def split_problems(wording: str, kind: Kind | None) -> Iterator[str]:
    """Yield the problems of one cell, without the wrapper 单项否决(…): divided where each piece is a finding of its own."""
    text = wording.strip()
    wrapped = _WRAPPER.match(text)
    if wrapped:
        text = wrapped.group("inside").strip()
    for part in re.split("[;。]|(?<=[^0-9])[0-9][.、]", text):
        pieces = [piece.strip() for piece in re.split("、|,|和|以及", part) if piece.strip()]
        if len(pieces) > 1 and all(_stands_alone(piece, kind) for piece in pieces):
            yield from pieces
        elif part.strip():
            yield part.strip()


def _stands_alone(piece: str, kind: Kind | None) -> bool:
    return len(piece) >= 4 and classify(piece, subject=kind).indicator_ids != (OTHER,)
