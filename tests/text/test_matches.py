from govmedia_rules.text.forms import find_forms
from govmedia_rules.text.lexicon import Lexicon, Term
from govmedia_rules.text.matches import Matches, group_incidents, reason_text
from govmedia_rules.text.scanner import Scanner

SCANNER = Scanner(Lexicon("x", terms=(Term("布署", "部署"), Term("按装", "安装"))))


def test_a_sequence_of_matches():
    matches = SCANNER.scan("布署并按装。")
    assert len(matches) == 2
    assert matches[0].text == "布署"
    assert list(matches[1:]) == [matches[1]]
    assert repr(matches) == "<2 matches: 布署→部署, 按装→安装>"
    assert matches == SCANNER.scan("布署并按装。") != SCANNER.scan("布署。")
    assert len({matches, SCANNER.scan("布署并按装。")}) == 1


def test_a_notebook_shows_the_passage_marked_and_escaped():
    html = SCANNER.scan("<script>alert(1)</script>会议布署工作 & 其他")._repr_html_()
    assert "会议<mark>布署</mark>工作 &amp; 其他" in html
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "人工复核" in html
    assert "http" not in html


def test_nothing_found_is_said():
    assert "没有发现" in SCANNER.scan("平安")._repr_html_()


def test_marked_lines():
    assert SCANNER.scan("会议布署工作").marked() == "会议【布署】工作 → 部署（该写法不正确）"


def test_private_numbers_stay_hidden_in_every_context():
    text = "布署电话13900001234，另一人13900005678。"
    matches = SCANNER.scan(text)
    shown = matches.marked() + matches._repr_html_() + repr(matches) + str(group_incidents([("a", matches)]))
    assert "13900001234" not in shown
    assert "13900005678" not in shown
    assert "1390*****34" in shown


def test_one_sentence_on_three_platforms_is_one_incident():
    seen = [
        ("网站", SCANNER.scan("标题\n会议布署了工作。其他布署。")),
        ("微信", SCANNER.scan("会议 布署了工作！")),
        ("微博", SCANNER.scan("【快讯】会议布署了工作。")),
        ("客户端", SCANNER.scan("别的会议布署了工作。")),
    ]
    incidents = group_incidents(seen)
    assert [[place.where for place in incident.places] for incident in incidents] == [
        ["网站", "微信"],
        ["网站"],
        ["微博"],
        ["客户端"],
    ]
    assert incidents[0].sentence == "会议布署了工作。" or incidents[0].sentence == "会议布署了工作"
    assert incidents[0].match.suggestion == "部署"


def test_two_slips_in_one_sentence_are_two_incidents():
    incidents = group_incidents([("a", SCANNER.scan("布署并按装"))])
    assert [incident.match.text for incident in incidents] == ["布署", "按装"]


def test_every_reason_has_both_languages():
    from govmedia_rules.text.matches import _reasons

    assert all(set(texts) == {"zh", "en"} and texts["zh"].isascii() is False for texts in _reasons().values())
    assert reason_text("a_plugins_own") == "a_plugins_own"
    assert {match.reason for match in find_forms("2024年2月30日，，关于关于")} <= set(_reasons())


def test_an_empty_sequence():
    assert not Matches("平安")
    assert Matches("平安").marked() == ""
