"""The subcommands: each module has `add_parser(subparsers)` and `run(args)`, which returns the exit code."""
