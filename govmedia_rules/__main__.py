"""The command line: `govmedia-rules` or `python -m govmedia_rules`. JSON goes to stdout, messages to stderr.

Exit codes: 0 it ran; 1 some input could not be read, or none was given to judge; 2 bad usage, a file that cannot be opened or
written, a rulebook that cannot be used; 3 what `--fail-on` names is there; 4 a fault of the program; 130 interrupted; 141
nobody reads the output any more.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from govmedia_rules import __version__
from govmedia_rules.commands.output import safe_streams, say
from govmedia_rules.commands.usage import Parser, settings_of, take_option, with_settings
from govmedia_rules.errors import GovMediaRulesError, language, reason, reason_zh

COMMANDS = {
    "inspect": "judge snapshots",
    "explain": "explain an indicator",
    "rulebooks": "list the rulebooks",
    "book": "write rulebooks for other machines",
    "lint": "check a rulebook like code",
    "new": "write the files of a new indicator",
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

EVERYWHERE = """every command also takes
  --lang zh|en    language of messages; GOVMEDIA_LANG and the locale without it
  --config FILE   settings: a TOML table for each command, an entry for each option; GOVMEDIA_CONFIG names it too
  --traceback     show where in the program a fault happened"""


def parser(*names: str) -> argparse.ArgumentParser:
    """Return the parser of the command line.

    Args:
        *names: Commands whose modules are imported; the others are merely listed, since an import takes longer than most of them
            run.
    """
    top = Parser(prog="govmedia-rules", description="Inspection of government websites and new media.", epilog=EVERYWHERE)
    top.add_argument("--version", action="version", version=__version__)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in COMMANDS.items():
        if name in names:
            import_module(f"govmedia_rules.commands.{name}").add_parser(commands)
        else:
            commands.add_parser(name, help=text)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    before = os.environ.get("GOVMEDIA_LANG")
    try:
        with safe_streams():
            words = [word for word in given if word != "--traceback"]
            name = next((f"govmedia-rules {word}" for word in words if word in COMMANDS), "govmedia-rules")
            return _guarded(name, lambda: _run(words), traceback=len(words) < len(given))
    finally:
        if before is None:
            os.environ.pop("GOVMEDIA_LANG", None)
        else:
            os.environ["GOVMEDIA_LANG"] = before


def _run(given: list[str]) -> int:
    lang, given = take_option(given, "--lang")
    if lang in ("zh", "en"):
        os.environ["GOVMEDIA_LANG"] = lang  # worker processes inherit it
    config, given = take_option(given, "--config")
    config = config or os.environ.get("GOVMEDIA_CONFIG") or None
    if config is not None:
        settings = dict(settings_of(config))
        setting = settings.pop("lang", None)
        lang = lang or (None if setting is None else str(setting))
        if lang in ("zh", "en"):
            os.environ["GOVMEDIA_LANG"] = lang
        given = with_settings(parser(*COMMANDS), given, settings, config)
    if lang not in (None, "zh", "en"):
        zh = f"没有 {lang!r} 这种语言"
        raise GovMediaRulesError(
            f"{lang!r} is no language of messages", None, "--lang zh or --lang en", zh, "写作 --lang zh 或 --lang en"
        )
    args = parser(*given[:1]).parse_args(given)
    args.lang = lang or "zh"  # results are Chinese unless asked for otherwise; messages also follow the locale
    code: int = args.run(args)
    sys.stdout.flush()
    return code


def _guarded(name: str, run: Callable[[], int], *, traceback: bool) -> int:
    """Run a command and return its exit code; an error is printed as one sentence and has an exit code of its own."""
    try:
        return run()
    except GovMediaRulesError as fault:
        if traceback:
            raise
        say(f"{name}: {fault}")
        return 2
    except BrokenPipeError:
        # The reader of our output has gone. What is still buffered goes nowhere, or Python complains of it at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as fault:
        if traceback:
            raise
        say(f"{name}: {_file_fault(fault)}")
        return 2
    except KeyboardInterrupt:
        say(f"{name}: 已中断" if language() == "zh" else f"{name}: interrupted")
        return 130
    except Exception as fault:
        if traceback:
            raise
        kind = type(fault).__name__
        what = {
            "zh": f"程序出错（{kind}）：{fault}。请带上 --traceback 再运行一次，并把输出报告给维护者",
            "en": f"a fault of the program ({kind}): {fault}. Run it again with --traceback and report what it prints",
        }[language()]
        say(f"{name}: {what}")
        return 4


def _file_fault(fault: OSError) -> str:
    """Return a sentence for a file that cannot be opened, with its name as it was given."""
    text = reason_zh(fault) if language() == "zh" else reason(fault)
    if fault.filename is None:
        return text
    # A file is written beside its place and moved there at the end; the reader knows the place.
    name = re.sub(r"(^|/)\.([^/]+)\.\d+\.part$", r"\1\2", str(fault.filename))
    return f"{name}: {text}"


if __name__ == "__main__":
    sys.exit(main())
