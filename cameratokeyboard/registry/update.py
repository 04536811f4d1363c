"""Look for a newer model, and take it for the next start if it is sound.

Whatever goes wrong, the working model stays and one line says why: a check returns a result, it
does not raise.
"""

from __future__ import annotations

import datetime
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cameratokeyboard.config import RegistrySettings, Settings
from cameratokeyboard.errors import C2KError, RegistryError
from cameratokeyboard.registry.base import CancelledError, ObjectStore, Progress, TooLargeError
from cameratokeyboard.registry.local import (
    SHIPPED_MODEL,
    Choice,
    LocalModels,
    disk_trouble,
    is_older_than_shipped,
    models_folder,
)
from cameratokeyboard.registry.offer import Offer, newest_offer
from cameratokeyboard.registry.onnxfile import check_runs
from cameratokeyboard.registry.signing import PublicKeys
from cameratokeyboard.registry.store import is_configured, open_store
from cameratokeyboard.registry.versions import file_md5, file_sha256, short


class Outcome(StrEnum):
    """How a check ended."""

    OFF = "off"  #: no store is named in the settings; nothing was asked
    CURRENT = "current"  #: the store's newest model is here already
    TAKEN = "taken"  #: another model is here now and will run from the next start on
    KEPT = "kept"  #: something was wrong; the model in use stays


@dataclass(frozen=True)
class UpdateResult:
    """outcome; line: for the user; path: the store's newest model when it is here."""

    outcome: Outcome
    line: str
    path: Path | None = None


class Ticket:
    """Leave to change files, which the one who waits can withdraw until the change begins."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled = False
        self._begun = False

    def cancel(self) -> bool:
        """Withdraw; False when the change has begun and will be through in a moment."""
        with self._lock:
            self._cancelled = self._cancelled or not self._begun
            return self._cancelled

    def check(self) -> None:
        """CancelledError once withdrawn."""
        if self._cancelled:
            raise CancelledError("the check was given up")

    def begin(self) -> None:
        """From here on it is too late to withdraw; CancelledError when that has happened."""
        with self._lock:
            self.check()
            self._begun = True


def check_now(
    settings: Settings,
    *,
    now: datetime.datetime,
    root: Path | None = None,
    shipped: Path = SHIPPED_MODEL,
    ticket: Ticket | None = None,
    progress: Progress = lambda done: None,
) -> UpdateResult:
    """Ask the store for its newest model and put it in place for the next start.

    now: for cleaning up after killed downloads. root: the user's data folder. progress: told the
    bytes downloaded so far. Never raises for what stores, networks and disks do.
    """
    registry = settings.registry
    if not is_configured(registry):
        return UpdateResult(
            Outcome.OFF, "no model store is set (registry.bucket or registry.endpoint_url)"
        )
    models = models_folder(registry, root)
    try:
        models.clean(now)
        keys = PublicKeys.parse(registry.public_key)
        store = open_store(registry)
        offer = newest_offer(store, keys)
        return _take(store, offer, models, registry, shipped, ticket or Ticket(), progress)
    except C2KError as error:
        return _kept(str(error))
    except OSError as error:
        return _kept(str(disk_trouble(models.folder, error)))
    except Exception as error:  # a check must not take the app down with it
        return _kept(f"unexpected {type(error).__name__}: {error}")


class Check:
    """A check under way in the background; it delays neither start nor exit."""

    def __init__(
        self,
        work: Callable[[Ticket], UpdateResult],
        *,
        limit_s: float,
        on_done: Callable[[UpdateResult], None] | None = None,
    ) -> None:
        self._work, self._limit_s, self._on_done = work, limit_s, on_done
        self._ticket = Ticket()
        self._worked = threading.Event()
        self._finished = threading.Event()
        self._answer: UpdateResult | None = None
        self._result: UpdateResult | None = None

    def start(self) -> Check:
        """Begin; returns itself at once. Daemon threads: the program's exit waits for neither."""
        for name, target in (("model-check", self._run), ("model-check-limit", self._watch)):
            threading.Thread(target=target, name=name, daemon=True).start()
        return self

    def result(self) -> UpdateResult | None:
        """How it ended; None while it runs."""
        return self._result

    def wait(self, timeout_s: float | None = None) -> UpdateResult | None:
        """Wait for the end, at most ``timeout_s``; None when it still runs."""
        self._finished.wait(timeout_s)
        return self._result

    def cancel(self) -> None:
        """Give up; a download under way changes nothing any more."""
        if self._ticket.cancel():
            self._worked.set()

    def _run(self) -> None:
        try:
            self._answer = self._work(self._ticket)
        except CancelledError:
            pass  # given up: the one who waits says so
        finally:
            self._worked.set()

    def _watch(self) -> None:
        if not self._worked.wait(self._limit_s) and not self._ticket.cancel():
            self._worked.wait()  # the files are being moved: that takes a moment at most
        self._result = self._answer or _kept(
            f"the check was given up, or took longer than {self._limit_s:g} s (registry.limit_s)"
        )
        self._finished.set()
        if self._on_done:
            self._on_done(self._result)


def check_in_background(
    settings: Settings,
    *,
    root: Path | None = None,
    shipped: Path = SHIPPED_MODEL,
    on_done: Callable[[UpdateResult], None] | None = None,
    progress: Progress = lambda done: None,
) -> Check:
    """Start a check and return at once; boto3 is imported in its thread, if a store is named.

    on_done: called from a thread of its own with the result; ``Check.result`` tells it as well.
    """

    def work(ticket: Ticket) -> UpdateResult:
        now = datetime.datetime.now(datetime.UTC)
        return check_now(
            settings, now=now, root=root, shipped=shipped, ticket=ticket, progress=progress
        )

    return Check(work, limit_s=settings.registry.limit_s, on_done=on_done).start()


def _take(
    store: ObjectStore,
    offer: Offer,
    models: LocalModels,
    settings: RegistrySettings,
    shipped: Path,
    ticket: Ticket,
    progress: Progress,
) -> UpdateResult:
    choices = models.choices()
    refused = _why_not(store, offer, choices, settings, shipped)
    if refused:
        return _kept(refused)
    for choice in choices:
        if choice.version == offer.version or choice.order == offer.order:
            if models.problem(choice):
                break  # lost or damaged here: fetch it again
            return _choose_again(offer, choice, choices[0], models, settings, ticket)
    with models.new_part() as part:
        _fetch(store, offer, part, shipped, ticket, progress)
        choice = _checked(store, offer, part)
        ticket.begin()
        path = models.accept(part, choice, keep=settings.keep_versions)
    return UpdateResult(
        Outcome.TAKEN,
        f"model {short(choice.version)} is here; it runs from the next start on",
        path,
    )


def _why_not(
    store: ObjectStore,
    offer: Offer,
    choices: list[Choice],
    settings: RegistrySettings,
    shipped: Path,
) -> str | None:
    if choices and offer.order < choices[0].order:
        return (
            f"{store.where} offers an older state (of {offer.chosen_at}) than the one taken before "
            f"(of {choices[0].chosen_at}); is it a copy that lags behind?"
        )
    if (
        choices
        and offer.order == choices[0].order
        and offer.version not in ("", choices[0].version)
    ):
        return f"{store.where} names another model than before under the same number {offer.order}"
    if is_older_than_shipped(offer.chosen_at, offer.sha256, shipped):
        return f"{store.where} offers a model of {offer.chosen_at}, older than the shipped one"
    if offer.size > settings.max_bytes:
        return (
            f"{store.where}: {offer.key} is too large: {offer.size} bytes, expected at most "
            f"{settings.max_bytes} (registry.max_bytes)"
        )
    return None


def _choose_again(
    offer: Offer,
    choice: Choice,
    newest: Choice,
    models: LocalModels,
    settings: RegistrySettings,
    ticket: Ticket,
) -> UpdateResult:
    """The model is here: nothing to do, or go back to it after a rollback."""
    if newest.version == choice.version and newest.order == offer.order:
        line = f"model {short(choice.version)} is the newest one"
        return UpdateResult(Outcome.CURRENT, line, models.path(choice))
    ticket.begin()
    again = Choice(
        offer.order, choice.version, choice.sha256, choice.size, offer.chosen_at, offer.key
    )
    path = models.accept(None, again, keep=settings.keep_versions)
    if newest.version == choice.version:
        line = f"model {short(choice.version)} is still the newest one"
        return UpdateResult(Outcome.CURRENT, line, path)
    return UpdateResult(
        Outcome.TAKEN,
        f"the store went to model {short(choice.version)}, which is here; it runs from the next "
        "start on",
        path,
    )


def _fetch(
    store: ObjectStore,
    offer: Offer,
    part: Path,
    shipped: Path,
    ticket: Ticket,
    progress: Progress,
) -> None:
    if offer.sha256 and shipped.is_file() and file_sha256(shipped) == offer.sha256:
        shutil.copyfile(shipped, part)
        return

    def report(done: int) -> None:
        ticket.check()
        progress(done)

    with part.open("wb") as sink:
        try:
            store.download(offer.key, sink, limit=offer.size, progress=report)
        except TooLargeError as error:
            raise RegistryError(
                f"{store.where}: {offer.key} is larger than the {offer.size} bytes announced"
            ) from error


def _checked(store: ObjectStore, offer: Offer, part: Path) -> Choice:
    """Size, hash and sense of a download; RegistryError or ModelError where one is wrong."""
    what = f"{store.where}: {offer.key}"
    size = part.stat().st_size
    if size != offer.size:
        raise RegistryError(f"{what} was cut short: {size} of {offer.size} bytes came")
    sha256 = file_sha256(part)
    if offer.sha256 and sha256 != offer.sha256:
        raise RegistryError(
            f"{what} is not what was published: its SHA-256 is {sha256[:12]}..., expected "
            f"{offer.sha256[:12]}...; it was changed or damaged on the way"
        )
    if offer.md5 and file_md5(part) != offer.md5:
        raise RegistryError(
            f"{what} was damaged on the way: its MD5 is not the store's {offer.md5}"
        )
    check_runs(part)
    version = offer.version or f"plain-{sha256}"
    return Choice(offer.order, version, sha256, size, offer.chosen_at, offer.key)


def _kept(reason: str) -> UpdateResult:
    return UpdateResult(Outcome.KEPT, "kept the present model: " + " ".join(reason.split()))
