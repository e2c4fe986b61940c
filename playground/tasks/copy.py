"""Copy a string of digits.

    source   3 1 4 1 5
    target   3 1 4 1 5 <eos>

The simplest use of attention: position t of the output looks at state t of the input, the diagonal.
"""

from __future__ import annotations

from torch import Tensor

from . import register
from .digit_strings import DigitStrings


@register
class Copy(DigitStrings):
    id = "copy"
    title = "Copy digits"
    description = "Write the digits as they were read. Attention finds the diagonal."
    example = "3 1 4 → 3 1 4"
    order = 20

    def rearrange(self, digits: Tensor, lengths: Tensor) -> Tensor:
        return digits
