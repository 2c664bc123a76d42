"""A profile: one account a person watches, and how it is reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

OPENAI_URL = "https://api.openai.com/v1"
DIALECTS = ("openai", "local", "openai-legacy", "archive")
COLOURS = ("blue", "green", "yellow", "red", "magenta", "cyan")


@dataclass(frozen=True, slots=True)
class Profile:
    """One account a person watches, under the name he gave it."""

    name: str
    dialect: str = field(default="openai", metadata={"choices": DIALECTS})
    """Which API the server speaks."""
    base_url: str = OPENAI_URL
    """Where the API is; usually ends in /v1."""
    key_env: str = ""
    """The variable that holds the key; the key itself is never written down."""
    key_command: tuple[str, ...] = ()
    """A program and its arguments that print the key; no shell reads them."""
    key_file: str = ""
    """A file that holds the key and that nobody else can read."""
    key_header: str = ""
    """The header that carries the key alone; empty means `Authorization: Bearer KEY`."""
    headers: Mapping[str, str] = field(default_factory=dict, hash=False, repr=False)
    """Headers sent with every request."""
    query: Mapping[str, str] = field(default_factory=dict, hash=False, repr=False)
    """Parameters added to the address of every request."""
    organization: str = ""
    """Sent as OpenAI-Organization."""
    project: str = ""
    """Sent as OpenAI-Project."""
    read_only: bool = False
    """Never create, cancel, upload or delete here."""
    colour: str = field(default="", metadata={"choices": ("", *COLOURS)})
    """The colour of the profile's name, so that two accounts are not mixed up."""
    dashboard: str = ""
    """Address of a job's page, with {id} for the job; empty means the one that is known for the place."""
    pace_s: float = field(default=0.0, metadata={"least": 0})
    """Seconds between two questions about a running job; 0 means what suits the dialect."""
    data_dir: str = ""
    """Of the dialect `local`: its server's folder; empty means the usual one."""
    path: str = ""
    """Of the dialect `archive`: the folder or file that holds the jobs."""

    def __post_init__(self) -> None:
        if self.dialect == "archive":  # whatever is written down: a disk takes no orders
            object.__setattr__(self, "read_only", True)

    @property
    def address(self) -> str:
        """The base URL without a name and password that may stand in it: it is shown, and kept."""
        try:
            parts = urlsplit(self.base_url)
        except ValueError:  # a bracket that does not end; the settings' reader complains of it
            return ""
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

    @property
    def host(self) -> str:
        """Host and port; empty for what lies on this machine."""
        return urlsplit(self.address).netloc


LOCAL = Profile(name="local", dialect="local", base_url="")
