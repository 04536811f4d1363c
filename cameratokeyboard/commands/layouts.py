"""``c2k layouts``: list the layouts, or show one."""

from __future__ import annotations

import argparse

from cameratokeyboard.datatypes import KeyBox, Layout

NAME = "layouts"
HELP = "list the keyboard layouts, or show one"
EXAMPLE = "c2k layouts qwertz"

#: Characters across a key of one unit when a layout is shown as text.
_UNIT_CHARS = 6


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("name", nargs="?", metavar="NAME|FILE", help="the layout to show")


def run(args: argparse.Namespace) -> int:
    """Print the list or the layout."""
    from cameratokeyboard.keyboard.layout import layout_names, load_layout

    if args.name:
        print("\n".join(show(load_layout(args.name))))
        return 0
    for name in layout_names():
        print(f"{name:12} {load_layout(name).title}")
    return 0


def show(layout: Layout) -> list[str]:
    """A layout as lines of text: its measures, its rows with what each key says, key names."""
    wide, high = layout.size_mm
    codes = ["none" if m.code is None else str(m.code) for m in layout.markers]
    lines = [
        f"{layout.name}: {layout.title}",
        f"keyboard {wide:g} x {high:g} mm, {len(layout.keys)} keys, "
        f"markers {layout.markers[0].side_mm:g} mm, codes {', '.join(codes)}",
        "",
    ]
    unit = min(key.box[2] for key in layout.keys)
    rows: dict[float, list[KeyBox]] = {}
    for key in layout.keys:
        rows.setdefault(round(key.box[1], 4), []).append(key)
    for top in sorted(rows):
        line = ""
        for key in sorted(rows[top], key=lambda k: k.box[0]):
            line = line.ljust(round(key.box[0] / unit * _UNIT_CHARS))
            room = max(round(key.box[2] / unit * _UNIT_CHARS) - 1, 1)
            line += f"|{_print_of(key)[: room - 1]}".ljust(room)
        lines.append(line + "|")
    lines += ["", "keys: " + ", ".join(key.name for key in layout.keys)]
    return lines


def _print_of(key: KeyBox) -> str:
    if key.label or key.role == "space":
        return key.label
    plain, shifted, altgr = key.legends
    first = shifted if plain.upper() == shifted else plain + " " + shifted
    return f"{first} {altgr}".strip()
