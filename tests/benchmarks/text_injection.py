"""Injected errors: how many of 5,000 seeded one-character errors in right forms are found, and with which suggestion.

    python tests/benchmarks/text_injection.py [--errors 5000] [--seed 1] [--show 20]

A right form of the starter lexicon is put into a sentence (clean text of the shared corpus where it is present, and made
text), one error is made in it: a character substituted (half of the time by one that sounds or looks alike, else by a
common character), dropped, added inside, or swapped with its neighbour. An error is set aside and counted apart when it
makes no error by the lexicon's own words: the result is itself a right form or a declared exception, or it lies at an end
declared open, or it adds or exchanges a joining word or a
numeral, or a phrase of the vocabulary becomes other words (民国经济). Forms with near = "close" get only the errors looked for
in them. The last figures count what was set aside as missed.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache

import text_corpus

from govmedia_rules.core.vocabulary import read_data
from govmedia_rules.text.homophones import sounds
from govmedia_rules.text.lexicon import Canonical
from govmedia_rules.text.misses import is_explained
from govmedia_rules.text.near import Edit, _alike, _shapes
from govmedia_rules.text.normalise import compared
from govmedia_rules.text.reading import load_lexicon
from govmedia_rules.text.scanner import Scanner

MADE = (
    "会议强调，要深入学习领会{}，扎实做好各项工作。",
    "近日，{}有关负责同志来我市调研，听取了情况汇报。",
    "根据{}的有关要求，现将有关事项通知如下。",
    "文章指出：{}，这是推动工作的重要遵循。",
    "“{}”写入了工作方案，各部门要认真落实。",
    "他说{}取得了积极成效",
)
COMMON = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    "十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形"
    "相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展"
    "五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战"
)


def carriers(generator: random.Random) -> list[str]:
    """Sentences with a place for the form: made ones, and ones of the shared corpus cut at a comma."""
    found = list(MADE)
    if text_corpus.SHARED.is_dir():
        for text in text_corpus.pages():
            for sentence in re.findall(r"[^。！？\n]{12,80}[。！？]", text):
                commas = [match.end() for match in re.finditer("，", sentence)]
                if commas and "{" not in sentence and "}" not in sentence:
                    place = generator.choice(commas)
                    found.append(f"{sentence[:place]}{{}}，{sentence[place:]}")
    generator.shuffle(found)
    return found


@cache
def _alike_in_phrases() -> dict[str, set[str]]:
    """What is looked for in phrases of the vocabulary: characters of the same usual reading, and of like shape."""
    by_sound: dict[str, set[str]] = defaultdict(set)
    for char in _alike():
        by_sound[sounds(char)].add(char)
    return defaultdict(set, {char: (by_sound[sounds(char)] | set(_shapes().get(char, ()))) - {char} for char in _alike()})


def one_error(form: Canonical, generator: random.Random) -> tuple[str, str, int, str, str]:
    """The form with one error: result, kind of error, place, wrong characters, right characters."""
    text = compared(form.text)
    kind = generator.choice(("substitute", "drop", "add", "swap") if form.near == "full" else ("substitute", "swap"))
    while True:
        if kind == "substitute":
            at = generator.randrange(len(text))
            is_phrase = form.near == "close" and form.kind == "misspelling"
            alike = sorted(_alike_in_phrases()[text[at]] if is_phrase else _alike().get(text[at], ()))
            chars = alike if alike and (form.near == "close" or generator.random() < 0.5) else COMMON
            char = generator.choice(chars)
            if char != text[at]:
                return text[:at] + char + text[at + 1 :], kind, at, char, text[at]
        elif kind == "drop":
            at = generator.randrange(len(text))
            return text[:at] + text[at + 1 :], kind, at, "", text[at]
        elif kind == "add":
            at = generator.randrange(1, len(text))
            char = generator.choice(COMMON)
            return text[:at] + char + text[at:], kind, at, char, ""
        else:
            at = generator.randrange(len(text) - 1)
            if text[at] != text[at + 1]:
                pair = text[at : at + 2]
                return text[:at] + pair[::-1] + text[at + 2 :], kind, at, pair[::-1], pair


def set_aside(form: Canonical, result: str, kind: str, at: int, wrong: str, right: str, rights: set[str]) -> str | None:
    """Why an error is none by the lexicon's own words; None when it is one."""
    words = read_data("govmedia_rules.text", "near.toml")
    size = len(compared(form.text))
    alike = kind == "substitute" and wrong in _alike().get(right, ())
    if result in rights or any(text in result and text not in compared(form.text) for text in map(compared, form.exceptions)):
        return "right form or exception"
    if any(other in result and len(other) >= len(result) - 1 for other in rights):
        return "right form or exception"
    at_start = at == 0 and form.open in {"start", "both"}
    at_end = at + max(1, len(wrong)) >= size and kind != "add" and form.open in {"end", "both"}
    if at_start or at_end:
        return "open end"
    if kind in {"substitute", "drop"} and not right.isalnum() and at in {0, size - 1}:
        return "mark at an end"
    if kind in {"substitute", "add", "drop"} and not alike:
        name = form.kind in {"institution", "name_title"}
        grammar = {"add": words["added"], "drop": words["instead"], "substitute": words["instead"]}[kind]
        if (wrong or right) in grammar or (not name and (wrong or right) in words["joining"]):
            return "joining word"
    kinds = {"substitute": "substituted", "drop": "missing", "add": "added", "swap": "swapped"}
    if form.kind == "misspelling" and is_explained(Edit(0, 0, len(result), kinds[kind], at, wrong, right), result):  # type: ignore[arg-type]
        return "other words"
    if kind == "substitute" and wrong in words["numerals"] and right in words["numerals"]:
        return "numeral"
    return None


def errors(count: int, seed: int) -> Iterator[tuple[Canonical, str, str, str, int, str | None]]:
    generator = random.Random(seed)
    lexicon = load_lexicon("starter")
    forms = [form for form in lexicon.canonicals if form.near != "none"]
    rights = {compared(form.text) for form in lexicon.canonicals}
    rights |= {compared(text) for form in lexicon.canonicals for text in form.exceptions} | set(map(compared, lexicon.exceptions))
    sentences = carriers(generator)
    made = 0
    while made < count:
        form = generator.choice(forms)
        result, kind, at, wrong, right = one_error(form, generator)
        reason = set_aside(form, result, kind, at, wrong, right, rights)
        sentence = generator.choice(sentences)
        yield form, sentence, result, kind, at, reason
        made += reason is None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--errors", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=20)
    options = parser.parse_args()
    scanner = Scanner("starter", forms=False)
    made, found, right, repaired = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    aside, aside_found = Counter[str](), Counter[str]()
    missed: list[str] = []
    for form, sentence, result, kind, at, reason in errors(options.errors, options.seed):
        text = sentence.replace("{}", result)
        start = sentence.index("{}")
        touching = [match for match in scanner.scan(text) if match.start < start + len(result) + 1 and match.end > start - 1]
        if reason is not None:
            aside[reason] += 1
            aside_found[reason] += bool(touching)
            continue
        for key in (kind, "all", form.near):
            made[key] += 1
            found[key] += bool(touching)
        whole = sentence.replace("{}", compared(form.text))
        good = [match for match in touching if text[: match.start] + (match.suggestion or "") + text[match.end :] == whole]
        named = [
            match
            for match in touching
            if (match.suggestion and compared(match.suggestion) in compared(form.text)) or match.suggestion == form.text
        ]
        for key in (kind, "all", form.near):
            right[key] += bool(good or named)
            repaired[key] += bool(good)
        if not (good or named):
            shown = ", ".join(f"{match.text}→{match.suggestion}" for match in touching) or "not found"
            missed.append(f"{kind} at {at}: {form.text} -> {result}: {shown}")
    print(f"{'error':<12}{'made':>7}{'found':>9}{'suggestion right':>18}{'text repaired':>15}")
    for key in ("substitute", "drop", "add", "swap", "full", "close", "all"):
        total = made[key]
        if total:
            shares = (found[key] / total, right[key] / max(1, found[key]), repaired[key] / max(1, found[key]))
            print(f"{key:<12}{total:>7}{shares[0]:>9.2%}{shares[1]:>18.2%}{shares[2]:>15.2%}")
    total_aside = sum(aside.values())
    print(f"set aside: {total_aside} of {total_aside + made['all']}: {dict(aside)}, of them found {sum(aside_found.values())}")
    everything = (found["all"] + sum(aside_found.values())) / (made["all"] + total_aside)
    print(f"found when everything set aside counts as an error: {everything:.2%}")
    for line in missed[: options.show]:
        print(" ", line)


if __name__ == "__main__":
    main()
