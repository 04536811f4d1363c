"""From settings to a store and its name."""

from __future__ import annotations

import pytest

from cameratokeyboard.config import RegistrySettings
from cameratokeyboard.errors import RegistryError
from cameratokeyboard.registry.s3 import S3Store
from cameratokeyboard.registry.store import is_configured, open_store, store_id
from cameratokeyboard.registry.web import WebStore


class TestOpenStore:
    def test_defaults_are_off(self) -> None:
        assert not is_configured(RegistrySettings())
        with pytest.raises(RegistryError, match="C2K_REGISTRY_BUCKET"):
            open_store(RegistrySettings())

    def test_bucket_is_s3(self) -> None:
        assert isinstance(open_store(RegistrySettings(bucket="models")), S3Store)

    def test_address_alone_is_a_web_server(self) -> None:
        settings = RegistrySettings(endpoint_url="https://models.example/c2k")
        assert isinstance(open_store(settings), WebStore)


class TestStoreId:
    def test_spelling_of_the_same_place_does_not_matter(self) -> None:
        one = RegistrySettings(endpoint_url="https://x/", bucket="b", prefix="/p/")
        two = RegistrySettings(endpoint_url="https://x", bucket="b", prefix="p", timeout_s=1.0)
        assert store_id(one) == store_id(two)

    @pytest.mark.parametrize("changed", [{"bucket": "c"}, {"prefix": "p"}, {"public_key": "k"}])
    def test_another_place_or_trust_is_another_store(self, changed: dict[str, str]) -> None:
        base = {"endpoint_url": "https://x", "bucket": "b"}
        first, second = RegistrySettings(**base), RegistrySettings(**{**base, **changed})  # type: ignore[arg-type]
        assert store_id(first) != store_id(second)

    def test_new_key_is_still_the_same_store(self) -> None:
        one = RegistrySettings(bucket="b", public_key="k1")
        assert store_id(one) == store_id(RegistrySettings(bucket="b", public_key="k2"))
