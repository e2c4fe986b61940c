"""Sort a string of digits.

    source   3 1 4 1 5
    target   1 1 3 4 5 <eos>

Where the next digit stands is not known beforehand: a model must look for content, the smallest digit not yet written, and
not for a place. Equal digits make it count.
"""

from __future__ import annotations

import torch
from torch import Tensor

from . import register
from .digit_strings import DigitStrings


@register
class Sort(DigitStrings):
    id = "sort"
    title = "Sort digits"
    description = "Write the digits from small to large. Attention looks for content, not for a place."
    example = "3 1 2 → 1 2 3"
    order = 30

    def rearrange(self, digits: Tensor, lengths: Tensor) -> Tensor:
        past = torch.arange(digits.shape[1]) >= lengths[:, None]
        return digits.masked_fill(past, 10).sort(dim=1).values.masked_fill(past, 0)
