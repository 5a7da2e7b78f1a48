"""Codes and numbers: parsed into parts, refused with the exact reason, printed back as they were."""

from __future__ import annotations

import json
import re
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govmedia_rules.errors import CodeError
from govmedia_rules.subjects import codes
from govmedia_rules.subjects.codes import AccountCode, Domain, IcpNumber, PoliceNumber, SiteCode, provinces


@pytest.mark.parametrize("text", ["6107260003", "3611280006", "5101320017", "1200000052", "0107000036"])
def test_local_site_codes(text: str) -> None:
    code = SiteCode.parse(text)
    assert (code.division, code.serial, str(code)) == (text[:6], text[6:], text)


def test_department_site_codes() -> None:
    code = SiteCode.parse(" BM29030010 ")
    assert (code.department, code.body, code.serial, code.division) == ("29", "03", "0010", None)
    assert str(code) == "bm29030010"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("310000000044", "12 digits, not 10"),
        ("107000036", "9 digits, not 10.*leading zero"),
        ("６１０７２６０００３", "full-width.*6107260003"),
        ("bm236554412", "9 digits after bm"),
        ("bm2365544x", "other than digits after bm"),
        ("61072A0003", "other than digits"),
        ("610700M023WX0002", "looks like an account code"),
        ("", "empty"),
        ("   ", "empty"),
    ],
)
def test_wrong_site_codes_say_why(text: str, why: str) -> None:
    with pytest.raises(CodeError, match=why):
        SiteCode.parse(text)


def test_an_unknown_province_is_a_warning() -> None:
    assert SiteCode.parse("9907000036").warnings == ("no province has the prefix 99",)
    assert SiteCode.parse("6107000036").warnings == ()


def test_account_codes() -> None:
    code = AccountCode.parse("610700m023wx0002")
    assert (code.division, code.sign, code.unit, code.letters, code.serial) == ("610700", "M", "023", "WX", "0002")
    assert code.platform == "wechat"
    assert str(code) == "610700M023WX0002"
    assert AccountCode.parse("610700M023WX0002", platform="微信订阅号").platform == "wechat"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("610700M023WX002", "15 characters, not 16"),
        ("6107000023WX0002", "not 6 digits, a letter"),
        ("6107260003", "looks like a site code"),
        ("６10700M023WX0002", "full-width"),
        ("", "empty"),
    ],
)
def test_wrong_account_codes_say_why(text: str, why: str) -> None:
    with pytest.raises(CodeError, match=why):
        AccountCode.parse(text)


def test_letters_that_belong_to_another_platform() -> None:
    with pytest.raises(CodeError, match="DY of 抖音, but the platform is 微信订阅号"):
        AccountCode.parse("610700M023DY0001", platform="wechat_subscription")
    with pytest.raises(CodeError, match="unknown platform"):
        AccountCode.parse("610700M023DY0001", platform="火星")


def test_unknown_letters_are_a_warning() -> None:
    assert AccountCode.parse("610700M023ZZ0001").warnings == ("platform letters ZZ are unknown",)
    assert "no printed code confirms" in AccountCode.parse("610700M023WB0001").warnings[0]


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("蜀ICP备05029665号", "蜀ICP备05029665号"),
        ("Shu ICP No. 05029665", "蜀ICP备05029665号"),
        ("冀ICP备05029117号-1", "冀ICP备05029117号-1"),
        ("备案序号：京ＩＣＰ备０５０７０２１８号", "京ICP备05070218号"),
        ("京ICP备 05070218", "京ICP备05070218号"),
        ("粤ICP备2021012345号-3", "粤ICP备2021012345号-3"),
        ("京ICP备12345号", "京ICP备12345号"),
    ],
)
def test_icp_numbers(text: str, printed: str) -> None:
    number = IcpNumber.parse(text)
    assert str(number) == printed
    assert IcpNumber.parse(printed) == number


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("火ICP备05070218号", "no single province"),
        ("Jin ICP 05070218", "no single province"),
        ("京ICP备123号", "3 digits"),
        ("京ICP备1234号", "4 digits, not 5 to 10"),
        ("京ICP备20210123456号", "11 digits, not 5 to 10"),
        ("无", "is not like"),
    ],
)
def test_wrong_icp_numbers(text: str, why: str) -> None:
    with pytest.raises(CodeError, match=why):
        IcpNumber.parse(text)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("浙公网安备 33010602009328号", "浙公网安备33010602009328号"),
        ("晋公网安备 14010502050691号", "晋公网安备14010502050691号"),
        ("51130202000205", "51130202000205"),
        ("川公网安备51130202000205", "川公网安备51130202000205号"),
    ],
)
def test_police_numbers(text: str, printed: str) -> None:
    number = PoliceNumber.parse(text)
    assert str(number) == printed
    assert PoliceNumber.parse(printed) == number
    assert number.division == number.digits[:6]


def test_a_police_number_of_another_province_warns() -> None:
    assert PoliceNumber.parse("京公网安备33010602009328号").warnings == ("京 is province 11, the digits begin with 33",)
    with pytest.raises(CodeError, match="13 digits, not 14"):
        PoliceNumber.parse("浙公网安备3301060200932号")
    with pytest.raises(CodeError, match="no digits"):
        PoliceNumber.parse("公网安备")


@pytest.mark.parametrize(
    ("text", "host", "suffix"),
    [
        ("http://www.nq.gov.cn/", "www.nq.gov.cn", "gov.cn"),
        ("HTTP://TJJ.HanZhong.gov.cn:80", "tjj.hanzhong.gov.cn", "gov.cn"),
        ("宁强县.政务", "xn--siq32jpvm.xn--zfr164b", "政务"),
        ("www.fakegov.cn", "www.fakegov.cn", "other"),
        ("gov.cn.example.com", "gov.cn.example.com", "other"),
        ("ｗｗｗ．ｇｏｖ．ｃｎ", "www.gov.cn", "gov.cn"),
    ],
)
def test_domains(text: str, host: str, suffix: str) -> None:
    domain = Domain.parse(text)
    assert domain.suffix == suffix
    if not host.startswith("xn--"):
        assert domain.host == host
    assert Domain.parse(domain.unicode) == domain


_PIECES = [
    "http://",
    "//",
    "/",
    "?",
    "#",
    "@",
    ":",
    ":80",
    "\\",
    "[",
    " ",
    "\n",
    "www",
    "NQ",
    "a",
    "-",
    "_",
    ".",
    "。",
    ".gov.cn",
    ".政务",
]
_PIECES += ["xn--zfr164b", "xn--", "?u=http://b.gov.cn", "a" * 63, "a" * 64, "\u200b", "\u2100"]


@given(
    start=st.sampled_from(["", "http://", "https://", "//"]),
    host=st.lists(st.sampled_from(["www", "nq", "a", "-", "_", ".", "xn--", "a" * 63, "a" * 64]), max_size=4).map("".join),
    rest=st.lists(st.sampled_from(_PIECES), max_size=4).map("".join),
)
def test_the_short_way_of_reading_an_address_is_the_long_way(start: str, host: str, rest: str) -> None:
    text = f"{start}{host}.gov.cn{rest}"

    def parsed() -> Domain | None:
        try:
            return Domain.parse(text)
        except CodeError:
            return None

    short = parsed()
    with patch.object(codes, "_PLAIN_ADDRESS", re.compile("(?!)")):
        assert parsed() == short


@pytest.mark.parametrize("rest", ["/x//y", "?back=http://b.cn/", "#//", "//index.html", ":80/x//y"])
@pytest.mark.parametrize("host", ["www.nq.gov.cn", "www.NQ.gov.cn", "www.nq.com"])
def test_two_slashes_behind_a_host_without_a_scheme_say_nothing_of_it(host: str, rest: str) -> None:
    assert Domain.parse(host + rest) == Domain.parse(host)


@pytest.mark.parametrize(
    "text", ["见http://a.gov.cn", "网址：www.http://a.gov.cn", "http//a.gov.cn", "http：//a.gov.cn", "http:///a.gov.cn"]
)
def test_what_stands_before_two_slashes_and_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(CodeError):
        Domain.parse(text)


@pytest.mark.parametrize("text", ["", "http://", "http://[::1", "a b.gov.cn", "-" * 300 + ".gov.cn"])
def test_wrong_domains(text: str) -> None:
    with pytest.raises(CodeError):
        Domain.parse(text)


@given(st.text(max_size=30))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    for kind in (SiteCode, AccountCode, IcpNumber, PoliceNumber, Domain):
        try:
            parsed = kind.parse(text)
        except CodeError:
            continue
        assert kind.parse(str(parsed)) == parsed


@given(st.from_regex(r"\A(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])[0-9]{8}\Z"))
def test_site_codes_round_trip(text: str) -> None:
    assert str(SiteCode.parse(text)) == text


def test_there_are_34_provinces() -> None:
    assert len(provinces()) == 34


def test_codes_of_the_real_notices(shared: Path) -> None:
    seen = 0
    for path in sorted((shared / "seeds-facts").glob("*.json")):
        codes = json.loads(path.read_text("utf-8")).get("codes", {})
        for example in codes.get("site_id", {}).get("examples", []):
            assert str(SiteCode.parse(example)) == example
            seen += 1
        for example in codes.get("media_id", {}).get("examples", []):
            assert str(AccountCode.parse(example)) == example
            seen += 1
    footer = json.loads((shared / "seeds-facts" / "nanchong-2019q4.json").read_text("utf-8"))["document"]["footer_codes"]
    assert str(IcpNumber.parse(footer["icp"])) == "蜀ICP备05029665号"
    assert PoliceNumber.parse(footer["public_security"]).digits == "51130202000205"
    assert seen >= 10


def test_numbers_of_real_sites(shared: Path) -> None:
    import csv

    with (shared / "corpus" / "gov-sites" / "site-ids.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["site_code"]:
                SiteCode.parse(row["site_code"])
            if row["icp"]:
                IcpNumber.parse(row["icp"])
            if row["police"]:
                PoliceNumber.parse(row["police"])
            Domain.parse(row["domain"])
