"""``c2k mat``: write the printable mat of a layout."""

from __future__ import annotations

import argparse
from pathlib import Path

NAME = "mat"
HELP = "write the printable keyboard mat as PDF, SVG or PNG"
EXAMPLE = "c2k mat --layout qwerty --paper a4 -o mat.pdf"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument("--layout", metavar="NAME|FILE", help="layout to print (default: settings)")
    parser.add_argument(
        "--paper", default="a4", metavar="NAME|WxH", help="a4, letter, a3 or WIDTHxHEIGHT in mm"
    )
    parser.add_argument(
        "-o", "--output", default="mat.pdf", metavar="FILE", help="a .pdf, .svg or .png file"
    )
    parser.add_argument(
        "--dpi", type=float, default=300.0, help="dots per inch of a PNG (default: 300)"
    )


def run(args: argparse.Namespace) -> int:
    """Write the file and say what to do with it."""
    from cameratokeyboard.config import load_settings
    from cameratokeyboard.keyboard.layout import load_layout
    from cameratokeyboard.mat.files import write_drawing
    from cameratokeyboard.mat.glyphs import missing_characters
    from cameratokeyboard.mat.paper import paper_size
    from cameratokeyboard.mat.sheet import mat_drawing, mat_scale

    layout = load_layout(load_settings(args).layout)
    paper = paper_size(args.paper)
    path = Path(args.output)
    write_drawing(mat_drawing(layout, paper), path, dpi=args.dpi)
    scale = mat_scale(layout, paper)
    print(f"{path}: {layout.title} on {paper[0]:g} x {paper[1]:g} mm at {scale:.1%}")
    if scale < 1:
        print("The mat is scaled to fit the paper, keys and markers alike; no setting is needed.")
    lacking = missing_characters("".join("".join(k.legends) + k.label for k in layout.keys))
    if lacking:
        print(f"No font has {' '.join(lacking)}; these are printed as empty boxes.")
    print('Print at 100 % ("actual size") and lay the upper edge towards the camera.')
    return 0
