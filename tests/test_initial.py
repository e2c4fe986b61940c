"""Every parameter has a start: torch's usual layers, and bare parameters of anybody's own modules."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from playground import models
from playground.errors import InputError
from playground.models import Architecture, Decoder, Encoded, Encoder, EncoderDecoder, initialise
from tests.small import held_out


class Own(nn.Module):
    """A table of positions and a gain, registered directly."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.zeros(50, 64))
        self.gain, self.one = nn.Parameter(torch.ones(64)), nn.Parameter(torch.tensor(2.0))


USUAL = [
    nn.BatchNorm1d(4),
    nn.BatchNorm2d(4),
    nn.InstanceNorm1d(4, affine=True),
    nn.RMSNorm(4),
    nn.PReLU(4),
    nn.Conv1d(4, 8, 3, groups=2),
    nn.Conv3d(2, 2, 3),
    nn.ConvTranspose1d(4, 4, 3),
    nn.Bilinear(3, 4, 5),
    nn.EmbeddingBag(5, 4),
    nn.LSTMCell(3, 4),
    nn.GRUCell(3, 4),
    nn.MultiheadAttention(8, 2),
    nn.TransformerEncoderLayer(8, 2, 16),
    Own(),
]


@pytest.mark.parametrize("layer", USUAL, ids=lambda layer: type(layer).__name__)
def test_usual_layers_have_a_start_that_follows_from_the_seed(layer: nn.Module) -> None:
    def start(seed: int) -> dict[str, Tensor]:
        initialise(layer, torch.Generator().manual_seed(seed))
        return {name: parameter.detach().clone() for name, parameter in layer.named_parameters()}

    first, again, other = start(0), start(0), start(1)
    for name, value in first.items():
        assert torch.equal(value, again[name]) and bool(torch.isfinite(value).all()), name
        assert value.dim() < 2 or not torch.equal(value, other[name]), name


def test_a_bare_table_has_rows_of_length_one_and_a_bare_gain_stays() -> None:
    initialise(own := Own(), torch.Generator().manual_seed(0))
    assert own.table.norm(dim=1).mean().item() == pytest.approx(1, abs=0.1)
    assert bool((own.gain == 1).all()) and own.one == 2


def entry(**changed: Any) -> Architecture:
    usual = models.get("seq2seq")
    return Architecture(**{**vars(usual), "id": "mine", **changed})


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"kind": "decoder"}, r"The kind of mine is 'decoder'; allowed are: sequence decoder, reader, autoencoder\."),
        ({"learns": ("sequences",)}, r"mine learns \('sequences',\); allowed is a tuple of kinds of task: .*sequence"),
        ({"learns": "sequence"}, r"mine learns 'sequence'; allowed is a tuple"),
        ({"learns": ()}, r"mine learns \(\); allowed"),
        ({"Options": dict}, "The Options of mine must be a dataclass"),
        ({"Options": models.get("seq2seq").Options()}, "The Options of mine must be a dataclass, not one made of it"),
        ({"learns": ["sequence"]}, r"mine learns \['sequence'\]; allowed is a tuple"),
        ({"order": "first"}, "The order of mine is 'first'; it must be a number"),
        ({"order": None}, "The order of mine is None; it must be a number"),
        ({"id": "my/model"}, "An architecture has the id 'my/model'; it must be small letters, digits and _"),
        ({"id": 5}, "An architecture has the id 5; it must be small letters"),
        ({"title": None}, "The title of mine is None; it must be text"),
    ],
)
def test_an_entry_that_cannot_be_registered_says_why(changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        entry(**changed)


@pytest.mark.parametrize("build", [lambda task, options: None, nn.Linear, None])
def test_a_build_that_no_script_could_show_is_refused(build: Any) -> None:
    with pytest.raises(InputError, match=r"The build of mine is .*; write it as `def build\(task, options\)`"):
        models.register(entry(build=build))
    assert "mine" not in models.architectures()


def test_an_id_belongs_to_one() -> None:
    def build(task: Any, options: Any) -> Any:
        return None

    with pytest.raises(InputError, match="The id 'seq2seq' is taken by RNN, final state only; choose another"):
        models.register(entry(id="seq2seq", build=build))


def test_what_cannot_be_trained_says_why() -> None:
    task, _ = held_out("reverse")
    with pytest.raises(InputError, match="mine builds a Linear; as a sequence decoder it must build an EncoderDecoder"):
        entry(build=lambda task, options: nn.Linear(1, 1)).make(task, None)

    class Whole(Encoder):
        def forward(self, source: Tensor, mask: Tensor | None = None) -> Encoded:
            return Encoded(source[..., None].float())

    class Half(Decoder):
        def init_state(self, encoded: Encoded) -> Any:
            return None

    with pytest.raises(TypeError, match=r"Half.*forward.*step"):
        entry(build=lambda task, options: EncoderDecoder(Whole(), Half())).make(task, None)  # type: ignore[abstract]
