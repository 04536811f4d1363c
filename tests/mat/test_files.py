from __future__ import annotations

import re
import shutil
import struct
import subprocess
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from cameratokeyboard.errors import OutputError, SettingsError
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.mat.drawing import Drawing, Fill, disc, frame, rectangle
from cameratokeyboard.mat.files import write_drawing
from cameratokeyboard.mat.sheet import mat_drawing

SMALL = Drawing((100.0, 60.0), (Fill((rectangle(10.0, 5.0, 30.0, 20.0),), 0.0),), "A <small> one")


class TestPng:
    def test_it_carries_its_resolution(self, tmp_path: Path) -> None:
        write_drawing(SMALL, tmp_path / "a.png", dpi=254)
        data = (tmp_path / "a.png").read_bytes()
        place = data.index(b"pHYs")
        assert struct.unpack(">IIB", data[place + 4 : place + 13]) == (10_000, 10_000, 1)
        assert struct.unpack(">I", data[place + 13 : place + 17])[0] == zlib.crc32(
            data[place : place + 13]
        )
        assert place < data.index(b"IDAT")

    def test_shapes_lie_where_they_should(self, tmp_path: Path) -> None:
        write_drawing(SMALL, tmp_path / "a.png", dpi=254)
        image = cv2.imread(str(tmp_path / "a.png"), cv2.IMREAD_GRAYSCALE)
        assert image is not None
        assert image.shape == (600, 1000)
        rows, columns = np.nonzero(image < 128)
        assert (columns.min(), columns.max()) == pytest.approx((450, 749), abs=1)
        assert (rows.min(), rows.max()) == pytest.approx((150, 349), abs=1)

    def test_a_picture_painted_in_bands_has_no_seams(self) -> None:
        from cameratokeyboard.mat.raster import render

        sheet = Drawing((400.0, 400.0), (disc(0, 0, 150, 0.0),))
        image = render(sheet, 10.0)
        assert image[2000, 400:].min() == 0
        assert np.abs(image.astype(int) - image[::-1].astype(int)).mean() < 0.05


class TestSvg:
    def test_it_is_in_millimetres_and_well_formed(self, tmp_path: Path) -> None:
        from xml.etree import ElementTree

        write_drawing(mat_drawing(load_layout("azerty")), tmp_path / "a.svg")
        root = ElementTree.fromstring((tmp_path / "a.svg").read_bytes())
        assert (root.get("width"), root.get("height")) == ("297mm", "210mm")
        assert root.get("viewBox") == "0 0 297 210"

    def test_titles_are_escaped(self, tmp_path: Path) -> None:
        write_drawing(SMALL, tmp_path / "a.svg")
        assert "<title>A &lt;small&gt; one</title>" in (tmp_path / "a.svg").read_text()

    def test_shapes_lie_where_they_should(self, tmp_path: Path) -> None:
        write_drawing(SMALL, tmp_path / "a.svg")
        (path,) = re.findall(r' d="([^"]+)"', (tmp_path / "a.svg").read_text())
        assert path == "M45.000 15.000L75.000 15.000L75.000 35.000L45.000 35.000Z"


class TestPdf:
    def test_it_has_the_papers_size_and_asks_not_to_be_scaled(self, tmp_path: Path) -> None:
        write_drawing(SMALL, tmp_path / "a.pdf")
        data = (tmp_path / "a.pdf").read_bytes()
        assert data.startswith(b"%PDF-")
        assert b"/PrintScaling /None" in data
        box = re.search(rb"/MediaBox \[([^\]]+)\]", data)
        assert box is not None
        assert [float(v) for v in box[1].split()] == pytest.approx(
            [0, 0, 100 / 25.4 * 72, 60 / 25.4 * 72], abs=0.01
        )

    @pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="pdftoppm is not installed")
    def test_it_looks_like_the_png(self, tmp_path: Path) -> None:
        drawing = mat_drawing(load_layout("qwertz"))
        write_drawing(drawing, tmp_path / "a.pdf")
        write_drawing(drawing, tmp_path / "a.png", dpi=100)
        command = ["pdftoppm", "-r", "100", "-gray", "-singlefile", "-png", "a.pdf", "pdf"]
        subprocess.run(command, cwd=tmp_path, check=True, timeout=60)
        pdf = cv2.imread(str(tmp_path / "pdf.png"), cv2.IMREAD_GRAYSCALE)
        png = cv2.imread(str(tmp_path / "a.png"), cv2.IMREAD_GRAYSCALE)
        assert pdf is not None
        assert png is not None
        height, width = (min(a, b) for a, b in zip(pdf.shape, png.shape, strict=True))
        blurred = [
            cv2.GaussianBlur(i[:height, :width], (0, 0), 2).astype(float) for i in (pdf, png)
        ]
        assert np.abs(blurred[0] - blurred[1]).mean() < 1.5


class TestWriteDrawing:
    def test_no_temporary_file_is_left(self, tmp_path: Path) -> None:
        write_drawing(SMALL, tmp_path / "new" / "a.svg")
        assert [p.name for p in (tmp_path / "new").iterdir()] == ["a.svg"]

    def test_suffixes_are_taken_in_any_case(self, tmp_path: Path) -> None:
        write_drawing(SMALL, tmp_path / "a.SVG")
        assert (tmp_path / "a.SVG").read_text().startswith("<?xml")

    @pytest.mark.parametrize("name", ["mat", "mat.jpg", "mat.pdf.gz"])
    def test_other_kinds_are_refused(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(SettingsError, match=r"\.pdf, \.svg, \.png"):
            write_drawing(SMALL, tmp_path / name)

    @pytest.mark.parametrize("dpi", [0.0, 10.0, 5000.0, float("nan")])
    def test_absurd_resolutions_are_refused(self, tmp_path: Path, dpi: float) -> None:
        with pytest.raises(SettingsError, match="dpi"):
            write_drawing(SMALL, tmp_path / "a.png", dpi=dpi)

    def test_a_place_that_cannot_be_written_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(OutputError, match=r"mat\.pdf"):
            write_drawing(SMALL, tmp_path / "file" / "mat.pdf")


class TestFrame:
    def test_an_outline_is_hollow(self) -> None:
        outline = frame(0, 0, 10, 6, 1.0, 0.5)
        outer, inner = outline.rings
        assert np.ptp(outer, axis=0) == pytest.approx([10, 6])
        assert np.ptp(inner, axis=0) == pytest.approx([8, 4])
