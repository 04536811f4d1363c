"""Fresh credentials for a job that outlasts them.

GitHub Actions vouches for a job by a signed token (OpenID Connect), which AWS changes for
credentials of a role for an hour. boto3 does the change itself from ``AWS_ROLE_ARN`` and
``AWS_WEB_IDENTITY_TOKEN_FILE``; but the token in that file is good for minutes only. So it is
fetched anew before a store is opened, and no secret is kept anywhere.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from cameratokeyboard.errors import RegistryError
from cameratokeyboard.files import write_private_text

AUDIENCE = "sts.amazonaws.com"
TIMEOUT_S = 30.0
_LIMIT_BYTES = 100_000


def renew_identity(environment: Mapping[str, str]) -> bool:
    """Write a fresh token into the file ``AWS_WEB_IDENTITY_TOKEN_FILE``.

    Returns False, and does nothing, where the environment names no role and file (credentials are
    then those of the usual places). Raises RegistryError when the token cannot be had.
    """
    names = ("AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE")
    if not all(environment.get(name) for name in names):
        return False
    url = environment.get("ACTIONS_ID_TOKEN_REQUEST_URL", "")
    bearer = environment.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "")
    if not url or not bearer:
        raise RegistryError(
            "AWS_ROLE_ARN is set, and GitHub offers this job no identity token; give the job "
            "'permissions: id-token: write', or unset AWS_ROLE_ARN to use other credentials"
        )
    token = _fetch(url, bearer)
    write_private_text(Path(environment["AWS_WEB_IDENTITY_TOKEN_FILE"]), token)
    return True


def _fetch(url: str, bearer: str) -> str:
    separator = "&" if urllib.parse.urlsplit(url).query else "?"
    request = urllib.request.Request(
        f"{url}{separator}audience={AUDIENCE}", headers={"Authorization": f"bearer {bearer}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            token = json.loads(answer.read(_LIMIT_BYTES))["value"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RegistryError(f"GitHub's identity token could not be had: {error}") from error
    if not isinstance(token, str) or not token:
        raise RegistryError("GitHub's identity token could not be had: the answer holds none")
    return token
