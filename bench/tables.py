"""Plain text tables."""

from collections.abc import Iterable, Sequence

Cell = str | int | float


def show(title: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Print a table: the first column to the left, numbers to the right."""
    texts = [[_text(cell) for cell in row] for row in rows]
    widths = [max(len(line[i]) for line in [list(heads), *texts]) for i in range(len(heads))]
    print(f"\n{title}\n")
    for line in [list(heads), ["-" * width for width in widths], *texts]:
        cells = [
            cell.ljust(w) if i == 0 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(line, widths, strict=True))
        ]
        print("  " + "  ".join(cells).rstrip())


def _text(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int):
        return f"{cell:,}"
    return f"{cell:,.4f}" if abs(cell) < 10 else f"{cell:,.1f}"
