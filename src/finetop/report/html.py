"""A report as one HTML page: nothing is loaded, nothing runs, light and dark as the reader has it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from finetop import text
from finetop.report.blocks import Facts, Picture, Table, Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from finetop.report.blocks import Block, Report

_STYLE: Final = """
:root { color-scheme: light dark; --ground: #faf9f6; --text: #2b303b; --muted: #565f6f; --line: #d3d0c8; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #12151c; --text: #d3d9e4; --muted: #99a3b6; --line: #343d4d; }
}
body { background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, sans-serif;
  max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.25; margin: 1.6em 0 .5em; }
h1 { margin-top: 0; }
h2 { border-top: 1px solid var(--line); padding-top: .8em; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .2em 1.2em .2em 0; overflow-wrap: anywhere; }
thead th, tbody th { font-weight: normal; color: var(--muted); }
tbody th { white-space: nowrap; }
.number { text-align: right; }
figure { margin: 1.2em 0; }
figcaption { margin-bottom: .4em; }
figcaption b { display: block; }
svg { max-width: 100%; height: auto; }
footer { border-top: 1px solid var(--line); color: var(--muted); margin-top: 2em; padding-top: .8em; }
@media print { body { max-width: none; margin: 0; } figure, tr { break-inside: avoid; } }
""".strip()
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""Even if something got past the escaping, a browser would neither load nor run it."""


def written(report: Report) -> str:
    """The whole page."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    title = escaped(report.title)
    yield "<!doctype html>"
    yield '<html lang="en">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title>"
    yield f"<style>\n{_STYLE}\n</style>"
    yield "</head>"
    yield "<body>"
    yield f"<h1>{title}</h1>"
    for sentence in report.lead:
        yield f"<p>{escaped(sentence)}</p>"
    for section in report.sections:
        yield f"<h{section.level + 1}>{escaped(section.title)}</h{section.level + 1}>"
        for block in section.blocks:
            yield from _block(block)
    yield f"<footer>{escaped(report.end)}</footer>"
    yield "</body>"
    yield "</html>"


def escaped(words: str) -> str:
    """Words that HTML shows as they are."""
    return escape(text.clean(words))


def _block(block: Block) -> Iterator[str]:
    match block:
        case Words(words):
            yield f"<p>{escaped(words)}</p>"
        case Facts(pairs):
            yield '<div class="wide"><table><tbody>'
            for label, value in pairs:
                yield f'<tr><th scope="row">{escaped(label)}</th><td>{escaped(value)}</td></tr>'
            yield "</tbody></table></div>"
        case Table(heads, rows, numbers):
            yield '<div class="wide"><table>'
            yield f"<thead>{_row(heads, numbers, 'th')}</thead>"
            yield "<tbody>"
            yield from (_row(row, numbers, "td") for row in rows)
            yield "</tbody></table></div>"
        case Picture(title, _, svg, said):
            yield "<figure>"
            yield f"<figcaption><b>{escaped(title)}</b>{escaped(said)}</figcaption>"
            yield svg
            yield "</figure>"


def _row(cells: Sequence[str], numbers: frozenset[int], tag: str) -> str:
    scope = ' scope="col"' if tag == "th" else ""
    right = ' class="number"'
    drawn = (
        f"<{tag}{scope}{right if place in numbers else ''}>{escaped(cell)}</{tag}>"
        for place, cell in enumerate(cells)
    )
    return f"<tr>{''.join(drawn)}</tr>"
