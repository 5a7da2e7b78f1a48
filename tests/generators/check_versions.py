"""Notes what every check answers in its cases, so that a change of meaning without a new version is noticed.

    python tests/generators/check_versions.py            refuses where an answer changed and the check kept its version
    python tests/generators/check_versions.py --accept   takes the answers as they are, for changes that nobody was judged by

`tests/checks/versions.json` holds, for each check, its version and a short digest of its answer in each case.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from govmedia_rules.judge.packing import dump_answer
from govmedia_rules.rules.plugins import built_in_checks
from govmedia_rules.testing import Case, load_cases

CHECKS = Path(__file__).parents[1] / "checks"
FILE = CHECKS / "versions.json"


def current() -> dict[str, dict[str, object]]:
    """Version of each check, and the digest of its answer in each case, by file and what the case gives."""
    answers: dict[str, dict[str, str]] = {name: {} for name in built_in_checks()}
    for path in sorted(CHECKS.rglob("*.toml")):
        for case in load_cases(path):
            check = case.rulebook[case.indicator].check
            if check in answers:
                answer = dump_answer(case.indicator, case.run().judgement)
                text = json.dumps(answer, ensure_ascii=False, sort_keys=True)
                key = hashlib.sha256(f"{path.stem}/{_given(case)}".encode()).hexdigest()[:8]
                answers[check][key] = hashlib.sha256(text.encode()).hexdigest()[:8]
    return {
        name: {"version": spec.version, "cases": dict(sorted(answers[name].items()))} for name, spec in built_in_checks().items()
    }


def _given(case: Case) -> str:
    """Return what a case gives, without its name: a case that is renamed with its expectation is still the same case."""
    reviews = [repr(review) for review in case.reviews]
    return json.dumps([case.observed.model_dump_json(exclude_defaults=True), reviews], ensure_ascii=False)


def unannounced(before: Mapping[str, dict[str, object]], now: Mapping[str, dict[str, object]]) -> list[str]:
    """Checks that answer otherwise than before in a case both know, and kept their version."""
    changed: list[str] = []
    for name, check in now.items():
        known = before.get(name)
        if known is None or known["version"] != check["version"]:
            continue
        old, new = dict(known["cases"]), dict(check["cases"])  # type: ignore[call-overload]
        if any(old[key] != new[key] for key in old.keys() & new.keys()):
            changed.append(name)
    return changed


def main() -> int:
    """Writes the file; 1 where a version must be raised first."""
    now = current()
    before = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {}
    changed = [] if "--accept" in sys.argv else unannounced(before, now)
    for name in changed:
        print(f"{name} answers otherwise than before: raise version= in its @check")
    if not changed:
        FILE.write_text(json.dumps(now, ensure_ascii=False, indent=0, sort_keys=True) + "\n", "utf-8")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
