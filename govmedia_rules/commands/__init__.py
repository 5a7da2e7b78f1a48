"""Sub-commands of `python -m govmedia_rules`, one module each: `add_parser(subparsers)` and `run(args) -> int`."""
