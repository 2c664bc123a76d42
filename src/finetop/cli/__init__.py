"""The command line: data on stdout, talk on stderr, and an exit code a script can act on."""

from finetop.cli.main import main
from finetop.cli.run import Opening, Screens

__all__ = ["Opening", "Screens", "main"]
