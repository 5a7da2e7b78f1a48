"""Read good practice (经验做法) and who is praised."""

from __future__ import annotations

import re
from collections.abc import Iterator

from govmedia_rules.core.vocabulary import any_of
from govmedia_rules.notices.mentions import is_bare_name, naming
from govmedia_rules.notices.model import Practice
from govmedia_rules.notices.outline import Line, NoticeText, Section, sentences_of

_LIST = re.compile(
    r"(?P<names>[^,。;、]{2,20}(?:、[^,。;、]{2,20})+)等(?:[0-9]+[个家])?(?P<level>[^,。;、]{0,8}?)(?P<word>政府门户网站|门户网站|政府网站|网站|政务新媒体|单位|地区|地|县区政府网站)"
)


def read_praised(paragraph: Line) -> Iterator[tuple[str, ...]]:
    """Yield lists of sites said to score well (南昌、九江等设区市政府门户网站…得分靠前)."""
    for sentence in sentences_of(paragraph):
        if not re.search(any_of(naming()["praise"]), sentence.text):
            continue
        for match in _LIST.finditer(sentence.text):
            names = [re.sub("^(?:以及|其中|和|及)", "", name) for name in match.group("names").split("、")]
            yield tuple(name for name in names if name)


_PRACTITIONER = re.compile(
    r"^(?P<names>[^,。;、]{2,16}(?:、[^,。;、]{2,16})*?)(?P<more>等)(?:[0-9]+[个家])?(?:[市县区]{1,2}级?)?(?:政府|县区|市级|单位|部门)?(?:政府)?(?:网站|微信公众号|政务新媒体|新媒体|公众号|单位)"
)
_PRACTITIONER_ONE = re.compile(
    r"^(?P<name>[\u4e00-\u9fff]{2,16}?(?:局|委|办|厅|院|县|区|市|州|政府网|中心|部))(?=在|充分|积极|主动|通过|网站|微信|政务|利用|开设|依托|结合|创新|紧)"
)


def read_practices(section: Section, page: NoticeText) -> Iterator[Practice]:
    """Yield good practice with the units praised for it."""
    for part in section.walk():
        for paragraph in part.body:
            for sentence in sentences_of(paragraph):
                match = _PRACTITIONER.match(sentence.text)
                if match:
                    names = tuple(name.strip("“”") for name in match.group("names").split("、"))
                    yield Practice(
                        theme=part.title,
                        units=names,
                        text=sentence.text,
                        is_open=True,
                        place=page.place(sentence.start, sentence.end),
                    )
                    continue
                unit = _PRACTITIONER_ONE.match(sentence.text)
                if unit and is_bare_name(unit.group("name")):
                    yield Practice(
                        theme=part.title,
                        units=(unit.group("name"),),
                        text=sentence.text,
                        place=page.place(sentence.start, sentence.end),
                    )
