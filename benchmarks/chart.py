"""All bars in one picture: each figure by the most that it may be, on a logarithmic scale."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

MET, MISSED, INK = "#2a7f62", "#c8553d", "#333333"
LEAST, MOST = 1 / 32, 32.0


def draw(file: Path, bars: Sequence[tuple[str, float, bool]]) -> None:
    """Write the picture; each bar is a name, the figure's share of its limit, and whether it is met."""
    figure = Figure(figsize=(10, 1.1 + 0.3 * len(bars)), layout="constrained")
    axes = figure.add_subplot()
    shares = [min(max(share, LEAST), MOST) for _, share, _ in bars]
    axes.barh(
        range(len(bars)),
        [share - 1 for share in shares],
        left=1,
        height=0.65,
        color=[MET if is_met else MISSED for _, _, is_met in bars],
    )
    for place, (_, share, is_met) in enumerate(bars):
        side = -4 if share < 1 else 4
        axes.annotate(
            f"{share:.2g}",
            (shares[place], place),
            xytext=(side, 0),
            textcoords="offset points",
            ha="right" if share < 1 else "left",
            va="center",
            fontsize=8,
            color=MET if is_met else MISSED,
        )
    axes.axvline(1, color=INK, linewidth=1)
    axes.set_xscale("log", base=2)
    axes.set_xlim(LEAST / 1.6, MOST * 1.6)
    axes.set_xticks([1 / 16, 1 / 4, 1, 4, 16], ["1/16", "1/4", "the limit", "4", "16"])
    axes.minorticks_off()
    axes.set_yticks(range(len(bars)), [name for name, _, _ in bars], fontsize=8)
    axes.invert_yaxis()
    axes.set_title("Measured by the most that it may be: left of the line is met", fontsize=10, loc="left")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    figure.savefig(file)
