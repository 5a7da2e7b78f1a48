"""The command line: `govmedia-rules` or `python -m govmedia_rules`. JSON goes to stdout, messages to stderr.

Exit codes: 0 it ran, 1 some input could not be read, 2 bad usage or a rulebook that cannot be used.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from govmedia_rules import __version__
from govmedia_rules.commands import campaign, collect, compare, explain, inspect, lexicon, notice, probe, report, rulebooks, scan
from govmedia_rules.errors import GovMediaRulesError

COMMANDS = (inspect, explain, rulebooks, compare, collect, probe, scan, lexicon, notice, campaign, report)


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    top = argparse.ArgumentParser(prog="govmedia-rules", description="政府网站与政务新媒体检查规则引擎")
    top.add_argument("--version", action="version", version=__version__)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in COMMANDS:
        module.add_parser(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    args = parser().parse_args(argv)
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
