"""What holds for the whole program: the file's settings beside its profiles, and the environment's."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, replace
from typing import Any

from finetop.config.alerts import AlertSettings
from finetop.config.keymap import Keys
from finetop.config.tables import checked, item_of, settings_of, types_of, unknown
from finetop.errors import BadInput

THEMES = (
    "auto",
    "dark",
    "light",
    "colourblind",
    "colourblind-light",
    "ansi-dark",
    "ansi-light",
    "ansi",  # as ansi-dark was called once
    "no-colour",
)
GLYPHS = ("auto", "unicode", "ascii")
PREFIX = "FINETOP_ALERTS_"
_TRUTHS = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What the settings file says beside its profiles."""

    theme: str = field(default="auto", metadata={"choices": THEMES})
    """How the screen is coloured; FINETOP_THEME beats it."""
    glyphs: str = field(default="auto", metadata={"choices": GLYPHS})
    """The marks the screen draws; FINETOP_GLYPHS beats it."""
    mouse: bool = True
    """Whether the screen takes the mouse; off leaves it to the terminal; FINETOP_MOUSE beats it."""
    alerts: AlertSettings = field(default_factory=AlertSettings)
    """What is told, and by which ways."""
    keys: Keys = field(default_factory=Keys)
    """Keys of one's own."""


def overridden(settings: Settings, environ: Mapping[str, str]) -> Settings:
    """The settings with those of the environment over them. Raises BadInput naming the variable."""
    hints = types_of(Settings)
    for name, option in settings_of(Settings).items():
        variable = f"FINETOP_{name.upper()}"
        if hints[name] in {str, bool} and environ.get(variable):
            settings = replace(settings, **{name: _value(variable, environ[variable], hints[name], option)})
    alerts = settings.alerts
    known, kinds = settings_of(AlertSettings), types_of(AlertSettings)
    for variable, text in environ.items():
        if not variable.startswith(PREFIX):
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in known or item_of(kinds[name]) is not None:
            _, hint = unknown("variable", name, [option for option in known if option != "rules"])
            raise BadInput(f"there is no setting of alerts for {variable}", hint=hint)
        alerts = replace(alerts, **{name: _value(variable, text, kinds[name], known[name])})
    return replace(settings, alerts=alerts)


def _value(variable: str, text: str, hint: Any, option: Field[Any]) -> Any:
    """The text of a variable as its setting keeps it."""
    found, said, advice = checked(hint, option, _as_toml(text, hint, option))
    if found is MISSING:
        raise BadInput(f"the variable {variable}: {said}", hint=advice or f"Mend {variable}, or unset it.")
    return found


def _as_toml(text: str, hint: Any, option: Field[Any]) -> object:
    """What would stand in the file in place of this text."""
    if hint is bool:
        return _TRUTHS.get(text.strip().lower(), text)
    if hint in {int, float}:
        try:
            return hint(text)
        except ValueError:
            return text
    if hint == tuple[str, ...]:
        is_words = "choices" not in option.metadata  # a command; what has choices is a list of names
        try:
            return shlex.split(text) if is_words else text.replace(",", " ").split()
        except ValueError:  # a quote that does not end
            return text
    return text
