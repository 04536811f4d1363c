"""Keys: from where they come, and what a wrong one looks like."""

from __future__ import annotations

from pathlib import Path

import pytest

from cameratokeyboard.errors import RegistryError, SettingsError
from cameratokeyboard.registry.signing import PublicKeys, SigningKey
from tests.registry.builders import signing_key


class TestSigningKey:
    def test_from_variable(self) -> None:
        found = SigningKey.from_environment({"C2K_SIGNING_KEY": signing_key().secret_text() + "\n"})
        assert found.public == signing_key().public

    def test_from_file(self, tmp_path: Path) -> None:
        path = tmp_path / "key"
        path.write_text(signing_key().secret_text() + "\n")
        found = SigningKey.from_environment({"C2K_SIGNING_KEY_FILE": str(path)})
        assert found.public == signing_key().public

    def test_absent_key_says_how_to_make_one(self) -> None:
        with pytest.raises(RegistryError, match="keygen"):
            SigningKey.from_environment({})

    def test_missing_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(RegistryError, match="no key can be read"):
            SigningKey.from_environment({"C2K_SIGNING_KEY_FILE": str(tmp_path / "none")})

    def test_wrong_secret_is_never_shown(self) -> None:
        with pytest.raises(SettingsError) as caught:
            SigningKey.from_environment({"C2K_SIGNING_KEY": "c2VjcmV0"})
        assert "c2VjcmV0" not in str(caught.value)

    def test_generated_keys_differ(self) -> None:
        assert SigningKey.generate().public != SigningKey.generate().public


class TestPublicKeys:
    def test_empty_text_is_no_key(self) -> None:
        assert not PublicKeys.parse("  ")

    def test_several_with_spaces_or_commas(self) -> None:
        text = f"{signing_key(1).public_text}, {signing_key(2).public_text}"
        assert PublicKeys.parse(text).keys == (signing_key(1).public, signing_key(2).public)

    @pytest.mark.parametrize("text", ["short", "!" * 44, "QUJD"])
    def test_wrong_text_names_the_setting(self, text: str) -> None:
        with pytest.raises(SettingsError, match=r"registry\.public_key"):
            PublicKeys.parse(text)

    @pytest.mark.parametrize("signature", ["", "!!", "QUJD", "A" * 88])
    def test_damaged_signature_does_not_verify(self, signature: str) -> None:
        keys = PublicKeys((signing_key().public,))
        [name] = signing_key().sign(b"message")
        assert not keys.verifies(b"message", {name: signature})
        assert keys.verifies(b"message", signing_key().sign(b"message"))
