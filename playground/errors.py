"""The one error a visitor or a caller can mend."""

from __future__ import annotations


class InputError(ValueError):
    """Bad input. The message says what was given, what is allowed and what to do; it is safe to show to anybody.

    `tokens` holds what was typed as (text, is_wrong) pairs, where single tokens can be blamed.
    """

    def __init__(self, message: str, tokens: tuple[tuple[str, bool], ...] = ()) -> None:
        super().__init__(message)
        self.tokens = tokens


class NoDevice(InputError):
    """The device that was asked for is not there, or no longer."""
