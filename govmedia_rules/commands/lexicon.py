"""`govmedia-rules lexicon check FILE` and `govmedia-rules lexicon learn FILE...`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict

from govmedia_rules.commands.output import say
from govmedia_rules.core.files import write_file
from govmedia_rules.text.documents import read_documents
from govmedia_rules.text.reading import load_lexicon
from govmedia_rules.text.review import Learned, check_lexicon, learn_exceptions


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command with its actions `check` and `learn`."""
    parser = commands.add_parser(
        "lexicon",
        description="Check a lexicon (词表), or list what it reports in clean text, to be reviewed as exceptions.",
    )
    parser.set_defaults(run=run)
    actions = parser.add_subparsers(dest="action", required=True)
    check = actions.add_parser("check", help="find contradictions, unreachable lines and exceptions that never apply")
    check.add_argument("file", metavar="ID|FILE")
    check.add_argument("--format", choices=("text", "json"), default="text", help="what is printed")
    learn = actions.add_parser("learn", help="list what a lexicon reports in clean text, to be reviewed as exceptions")
    learn.add_argument("files", nargs="+", metavar="FILE", help="clean text: .txt, .html, .docx, .jsonl")
    learn.add_argument("--lexicon", default="starter", metavar="ID|FILE")
    learn.add_argument("--output", metavar="FILE.toml", help="write the exceptions as a lexicon file")
    learn.add_argument("--format", choices=("text", "json"), default="text", help="what is printed")


def run(args: argparse.Namespace) -> int:
    """Exit code 0: nothing to mend; 1: faults of the lexicon, or exceptions to review."""
    return _check(args) if args.action == "check" else _learn(args)


def _check(args: argparse.Namespace) -> int:
    lexicon = load_lexicon(args.file)
    problems = check_lexicon(lexicon)
    if args.format == "json":
        body = {"lexicon": lexicon.stamp._asdict(), "lines": len(lexicon), "problems": [asdict(problem) for problem in problems]}
        print(json.dumps(body, ensure_ascii=False, indent=1))
    else:
        for problem in problems:
            print(f"{problem.line or '-'}: {problem.kind}: {problem.form}: {problem.what}")
    name = f"{lexicon.id} {lexicon.version}"
    say(f"{name}: {len(lexicon)} lines, {len(problems)} faults", f"{name}：{len(lexicon)}行，{len(problems)}处问题")
    return 1 if problems else 0


def _learn(args: argparse.Namespace) -> int:
    def texts() -> Iterator[str]:
        for name in args.files:
            for document in read_documents(name):
                yield document.text

    learned = learn_exceptions(texts(), load_lexicon(args.lexicon))
    if args.format == "json":
        print(json.dumps([asdict(line) for line in learned], ensure_ascii=False, indent=1))
    else:
        for line in learned:
            print(f"{line.count}\t{line.text}\t{line.term}\t{line.example}")
    if args.output:
        write_file(args.output, _as_toml(learned))
    say(f"{len(learned)} strings to review; keep those that are right", f"{len(learned)}条待复核，留下正确的")
    return 1 if learned else 0


def _as_toml(learned: tuple[Learned, ...]) -> str:
    lines = ["# Learned from clean text. Strike out what is not right before use.", 'id = "learned"', "exceptions = ["]
    lines += [f"  {json.dumps(line.text, ensure_ascii=False)}, # {line.count} x, resembles {line.term}" for line in learned]
    return "\n".join([*lines, "]", ""])
