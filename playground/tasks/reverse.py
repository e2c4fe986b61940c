"""Reverse a string of digits.

    source   3 1 4 1 5
    target   5 1 4 1 3 <eos>

The first digit to write is the last one read: a model that can look back learns to walk from right to left, and its
attention becomes the anti-diagonal. A model without attention must carry the whole string through one vector.
"""

from __future__ import annotations

import torch
from torch import Tensor

from . import register
from .digit_strings import DigitStrings


@register
class Reverse(DigitStrings):
    id = "reverse"
    title = "Reverse digits"
    description = "Write the digits backwards: 3 1 4 becomes 4 1 3. Attention finds the anti-diagonal."
    example = "3 1 4 → 4 1 3"
    order = 10

    def rearrange(self, digits: Tensor, lengths: Tensor) -> Tensor:
        place = torch.arange(digits.shape[1])
        back = lengths[:, None] - 1 - place
        return digits.gather(1, torch.where(back >= 0, back, place))
