"""Versions of the settings: what clients change while the service runs, and constants that changed on disk."""

from collections.abc import Callable, Mapping

from monitor.reader.dispatch.change import changed
from monitor.reader.dispatch.intake import Intake
from monitor.settings import Settings
from monitor.wire.client_note import Control

CALIBRATION = "calibration"
"""Author of versions that differ in the content of constants."""


class Versions:
    """Makes new versions of the settings.

    Parameters
    ----------
    intake
        Numbers events; a new version holds from its next one on.
    check
        Raises ``ConfigError`` for settings that no worker could use.
    constants
        Path and content of the constants files that some settings use.
    bound
        Binds files of the user's that are to be read again to their present content.
    """

    def __init__(
        self,
        intake: Intake,
        check: Callable[[Settings], object],
        constants: Callable[[Settings], Mapping[str, str]],
        bound: Callable[[Settings], Settings],
    ) -> None:
        self._intake, self._check, self._constants, self._bound = intake, check, constants, bound

    def control(self, note: Control, now: float, unix: float) -> None:
        """Change the settings as a client wants it.

        Raises
        ------
        ConfigError
            If the changes cannot be used; nothing changes then.
        """
        settings = self._bound(changed(self._intake.settings, note.changes))
        self._check(settings)
        self._next(settings, self._constants(settings), note.author, now, unix)

    def calibrated(self, constants: Mapping[str, str], author: str, resume: int, now: float, unix: float) -> None:
        """Other constants hold; the first ones that are known become part of the first settings, as long as no event has them.

        Parameters
        ----------
        constants
            Path and content of each file.
        author
            Who made the present version.
        resume
            Events below this are durable, with the settings as they were.
        """
        intake = self._intake
        if dict(constants) == intake.settings.constants:
            return
        if intake.settings.constants or resume or intake.began:
            self._next(intake.settings, constants, CALIBRATION, now, unix)
        else:
            intake.announce(_with(intake.settings, constants), author, unix)

    def _next(self, settings: Settings, constants: Mapping[str, str], author: str, now: float, unix: float) -> None:
        self._intake.close_epoch(now)
        self._intake.version += 1
        self._intake.announce(_with(settings, constants), author, unix)


def _with(settings: Settings, constants: Mapping[str, str]) -> Settings:
    """The same settings with the constants they use."""
    return settings.model_copy(update={"constants": dict(constants)})
