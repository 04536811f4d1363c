from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.keyboard.location import KeyLocator, normal_cdf, rectangle_mass

LAYOUT = load_layout("qwerty")
NAMES = [key.name for key in LAYOUT.keys]
SMALL = np.eye(2) * 0.25


def at(name: str, dx: float = 0.0, dy: float = 0.0) -> np.ndarray:
    return LAYOUT.centres_mm()[NAMES.index(name)] + np.array([dx, dy])


class TestNormalCdf:
    @pytest.mark.parametrize(
        ("x", "share"), [(0.0, 0.5), (1.0, 0.8413447), (-1.96, 0.0249979), (6.0, 1.0)]
    )
    def test_agrees_with_tables(self, x: float, share: float) -> None:
        assert float(normal_cdf(np.array(x))) == pytest.approx(share, abs=2e-7)


class TestRectangleMass:
    def test_uncorrelated_mass_is_the_product_of_both_directions(self) -> None:
        covariance = np.diag([4.0, 9.0])
        lower, upper = np.array([[-1.0, -2.0]]), np.array([[3.0, 1.0]])
        expected = 1.0
        for axis, sd in enumerate((2.0, 3.0)):
            ends = np.array([upper[0, axis], lower[0, axis]]) / sd
            expected *= float(np.diff(normal_cdf(ends[::-1]))[0])
        assert rectangle_mass(lower, upper, covariance)[0] == pytest.approx(expected, abs=1e-6)

    def test_correlated_mass_agrees_with_sampling(self) -> None:
        covariance = np.array([[9.0, 5.0], [5.0, 6.0]])
        draws = np.random.default_rng(1).multivariate_normal([0, 0], covariance, 400_000)
        lower, upper = np.array([[-2.0, 0.5], [1.0, -9.0]]), np.array([[4.0, 6.0], [9.0, 0.0]])
        inside = ((draws[:, None] > lower) & (draws[:, None] < upper)).all(axis=2).mean(axis=0)
        assert rectangle_mass(lower, upper, covariance) == pytest.approx(inside, abs=0.004)

    def test_a_tiling_of_the_plane_has_all_the_mass(self) -> None:
        edges = np.linspace(-40, 40, 9)
        left, low = np.meshgrid(edges[:-1], edges[:-1])
        lower = np.column_stack([left.ravel(), low.ravel()])
        covariance = np.array([[16.0, -7.0], [-7.0, 25.0]])
        assert rectangle_mass(lower, lower + 10.0, covariance).sum() == pytest.approx(1, abs=1e-4)

    def test_a_narrow_distribution_in_a_wide_key_is_not_missed(self) -> None:
        mass = rectangle_mass(np.array([[-100.0, -9.0]]), np.array([[40.0, 9.0]]), np.eye(2) * 1e-4)
        assert mass[0] == pytest.approx(1.0, abs=1e-6)


class TestKeyLocator:
    @pytest.mark.parametrize("name", NAMES)
    def test_a_touch_at_a_keys_centre_is_that_key(self, name: str) -> None:
        located = KeyLocator(LAYOUT).locate(at(name), SMALL)
        assert located is not None
        assert NAMES[located.best] == name

    def test_probabilities_are_sorted_and_sum_to_one(self) -> None:
        located = KeyLocator(LAYOUT).locate(at("g", 4, 2), np.eye(2) * 25)
        assert located is not None
        shares = [share for _, share in located.keys]
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) == pytest.approx(1.0, abs=1e-2)

    def test_a_touch_between_two_keys_names_both(self) -> None:
        located = KeyLocator(LAYOUT).locate(at("f", 9.25), SMALL)
        assert located is not None
        assert {NAMES[i] for i, share in located.keys if share > 0.4} == {"f", "g"}

    def test_uncertainty_across_spreads_to_the_sides_rather_than_to_other_rows(self) -> None:
        located = KeyLocator(LAYOUT, aim_sd_mm=0.5).locate(at("g"), np.diag([100.0, 1.0]))
        assert located is not None
        shares = {NAMES[i]: share for i, share in located.keys}
        assert shares["f"] > 0.1
        assert shares["h"] > 0.1
        assert shares.get("t", 0.0) < 0.01

    def test_a_press_far_off_the_board_is_ignored(self) -> None:
        assert KeyLocator(LAYOUT).locate(np.array([0.0, 46.25 + 10.0]), SMALL) is None

    def test_a_press_just_off_the_board_means_the_nearest_key(self) -> None:
        located = KeyLocator(LAYOUT).locate(at("five", 0, 9.25 + 6.0), SMALL)
        assert located is not None
        assert NAMES[located.best] == "five"

    def test_a_prior_decides_between_equal_keys(self) -> None:
        locator = KeyLocator(LAYOUT, prior={"g": 3.0})
        located = locator.locate(at("f", 9.25), SMALL)
        assert located is not None
        assert NAMES[located.best] == "g"

    @pytest.mark.parametrize(("plain", "harmful"), [("a", "caps_lock"), ("z", "left_shift")])
    def test_between_a_letter_and_a_key_that_does_damage_the_letter_is_meant(
        self, plain: str, harmful: str
    ) -> None:
        edge = at(plain) - [LAYOUT.sizes_mm()[NAMES.index(plain), 0] / 2, 0.0]
        located = KeyLocator(LAYOUT).locate(edge - [0.2, 0.0], SMALL)
        assert located is not None
        assert NAMES[located.best] == plain
        located = KeyLocator(LAYOUT, prior={harmful: 1.0}).locate(edge - [0.2, 0.0], SMALL)
        assert located is not None
        assert NAMES[located.best] == harmful

    def test_a_key_of_weight_zero_is_never_named_while_another_is_near(self) -> None:
        located = KeyLocator(LAYOUT, prior={"caps_lock": 0.0}).locate(at("caps_lock", 15), SMALL)
        assert located is not None
        assert "caps_lock" not in {NAMES[i] for i, _ in located.keys}

    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_a_place_that_is_no_number_is_off_the_board(self, bad: float) -> None:
        assert KeyLocator(LAYOUT).locate(np.array([bad, 0.0]), SMALL) is None

    @pytest.mark.parametrize(
        "covariance", [np.full((2, 2), np.nan), -np.eye(2), np.zeros((2, 2)), np.zeros((3, 3))]
    )
    def test_a_useless_covariance_counts_as_exact(self, covariance: np.ndarray) -> None:
        located = KeyLocator(LAYOUT).locate(at("k"), covariance)
        assert located is not None
        assert NAMES[located.best] == "k"

    @given(
        st.floats(-400, 400),
        st.floats(-400, 400),
        st.floats(0, 50),
        st.floats(0, 50),
        st.floats(-0.99, 0.99),
    )
    def test_any_touch_gives_keys_with_valid_shares_or_none(
        self, x: float, y: float, sx: float, sy: float, r: float
    ) -> None:
        covariance = np.array([[sx * sx, r * sx * sy], [r * sx * sy, sy * sy]])
        located = KeyLocator(LAYOUT).locate(np.array([x, y]), covariance)
        if located is not None:
            shares = [share for _, share in located.keys]
            assert shares
            assert all(0 < share <= 1 + 1e-9 for share in shares)
            assert sum(shares) <= 1 + 1e-6
