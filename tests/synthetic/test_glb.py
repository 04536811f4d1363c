from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from cameratokeyboard.errors import SimulationError
from cameratokeyboard.synthetic.glb import read_skinned_mesh


def small_glb() -> bytes:
    """One triangle on one joint that stands at (1, 2, 3)."""
    inverse = np.eye(4, dtype="<f4")
    inverse[3, :3] = [-1, -2, -3]
    arrays = [
        (np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], "<f4"), 5126, "VEC3"),
        (np.zeros((3, 4), "u1"), 5121, "VEC4"),
        (np.array([[1, 0, 0, 0]] * 3, "<f4"), 5126, "VEC4"),
        (np.array([0, 1, 2], "<u2"), 5123, "SCALAR"),
        (inverse, 5126, "MAT4"),
    ]
    body, views, accessors = b"", [], []
    for index, (array, component, kind) in enumerate(arrays):
        data = array.tobytes()
        views.append({"buffer": 0, "byteOffset": len(body), "byteLength": len(data)})
        count = 1 if kind == "MAT4" else len(array)
        accessors.append(
            {"bufferView": index, "componentType": component, "count": count, "type": kind}
        )
        body += data + b"\0" * (-len(data) % 4)
    head = {
        "asset": {"version": "2.0"},
        "nodes": [{"name": "wrist"}],
        "meshes": [
            {
                "primitives": [
                    {"attributes": {"POSITION": 0, "JOINTS_0": 1, "WEIGHTS_0": 2}, "indices": 3}
                ]
            }
        ],
        "skins": [{"joints": [0], "inverseBindMatrices": 4}],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": len(body)}],
    }
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<II", len(text), 0x4E4F534A) + text
    chunks += struct.pack("<II", len(body), 0x004E4942) + body
    return struct.pack("<III", 0x46546C67, 2, 12 + len(chunks)) + chunks


class TestReadSkinnedMesh:
    def test_arrays_and_joints_are_read(self, tmp_path: Path) -> None:
        path = tmp_path / "hand.glb"
        path.write_bytes(small_glb())

        mesh = read_skinned_mesh(path)

        np.testing.assert_array_equal(mesh.vertices, [[0, 0, 0], [1, 0, 0], [0, 1, 0]])
        np.testing.assert_array_equal(mesh.faces, [[0, 1, 2]])
        assert mesh.joint_names == ("wrist",)
        np.testing.assert_allclose(mesh.bind[0, :3, 3], [1, 2, 3])
        np.testing.assert_array_equal(mesh.weights[:, 0], 1)

    @pytest.mark.parametrize("keep", [0, 11, 40, 300])
    def test_cut_file_is_an_error_that_names_it(self, tmp_path: Path, keep: int) -> None:
        path = tmp_path / "hand.glb"
        path.write_bytes(small_glb()[:keep])

        with pytest.raises(SimulationError, match=r"hand\.glb"):
            read_skinned_mesh(path)

    def test_absent_file_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(SimulationError, match="fetch it again"):
            read_skinned_mesh(tmp_path / "none.glb")
