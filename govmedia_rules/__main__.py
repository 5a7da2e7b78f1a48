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

COMMANDS = {
    "inspect": "judge snapshots",
    "explain": "explain an indicator",
    "rulebooks": "list the rulebooks",
    "book": "write rulebooks for other machines",
    "compare": "compare two rounds or two rulebooks",
    "collect": "look at sites and write snapshots",
    "probe": "probe the home pages of a registry once",
    "evidence": "show the pages behind a finding",
    "scan": "find candidates for misstatements in files",
    "lexicon": "check a lexicon, or learn exceptions from clean text",
    "notice": "read, check and classify notices (通报)",
    "campaign": "figures of a round of inspection (一轮检查)",
    "report": "write a report",
    "review": "decide on candidates and failures (复核)",
    "worklist": "what would decide open verdicts (待定)",
}
"""Names of the commands, each a module of `govmedia_rules.commands`, and what they do."""


def parser(name: str | None = None) -> argparse.ArgumentParser:
    """Return the parser of the command line.

    Args:
        name: The command that is run; only its module is imported, the others are merely listed. None lists all.
    """
    top = argparse.ArgumentParser(prog="govmedia-rules", description="政府网站与政务新媒体检查规则引擎")
    top.add_argument("--version", action="version", version=__version__)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for other, text in COMMANDS.items():
        if other == name:
            import_module(f"govmedia_rules.commands.{name}").add_parser(commands)
        else:
            commands.add_parser(other, help=text)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    given = sys.argv[1:] if argv is None else argv
    args = parser(next((word for word in given if word in COMMANDS), None)).parse_args(given)
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
