"""The command line: `govmedia-rules` or `python -m govmedia_rules`. JSON goes to stdout, messages to stderr.

Exit codes: 0 it ran, 1 some input could not be read, 2 bad usage or a rulebook that cannot be used.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from govmedia_rules import __version__
from govmedia_rules.errors import GovMediaRulesError

COMMANDS = (
    "inspect",
    "explain",
    "rulebooks",
    "book",
    "compare",
    "collect",
    "probe",
    "evidence",
    "scan",
    "lexicon",
    "notice",
    "campaign",
    "report",
    "review",
    "worklist",
)
"""Names of the commands, each a module of `govmedia_rules.commands`."""


def parser(names: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """The parser of the command line.

    Args:
        names: Commands it knows; only their modules are imported.
    """
    top = argparse.ArgumentParser(prog="govmedia-rules", description="政府网站与政务新媒体检查规则引擎")
    top.add_argument("--version", action="version", version=__version__)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in names:
        import_module(f"govmedia_rules.commands.{name}").add_parser(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    given = sys.argv[1:] if argv is None else argv
    # A command that is named at once needs no other: what they import takes longer than most of them run.
    args = parser(given[:1] if given and given[0] in COMMANDS else COMMANDS).parse_args(given)
    try:
        code: int = args.run(args)
    except GovMediaRulesError as fault:
        print(f"govmedia-rules {args.command}: {fault}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone; nothing more can be said
        return 0
    return code


if __name__ == "__main__":
    sys.exit(main())
