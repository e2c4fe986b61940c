"""What a view does not know it draws plainly: models of invented insides are drawn, their every block opened, and nothing fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from playground import tasks
from playground.inference.decoding import Beam, Sample
from playground.inference.explore import explore
from playground.inference.projection import project
from playground.models import Autoencoder, Decoder, Encoded, Encoder, EncoderDecoder, Reader, initialise
from playground.models.attention_seq2seq import AttentionDecoder
from playground.models.seq2seq import looped
from playground.tracing import Trace, tap
from playground.views.blocks import opened as blocks
from playground.views.figures import trajectory
from playground.views.scene import reconstruction
from playground.views.scene import sequence as scene

WIDTH = 8


class Plain(Encoder):
    """An embedding and what `make` gives, called one after the other; `told` names the states."""

    def __init__(self, make: Callable[[], Any], told: bool = True) -> None:
        super().__init__()
        self.embedding, self.inside, self.told = nn.Embedding(14, WIDTH), make(), told

    def forward(self, source: Tensor, mask: Tensor | None = None) -> Encoded:
        x = self.embedding(source)
        for layer in self.inside.values() if isinstance(self.inside, nn.ModuleDict) else self.inside:
            x = x + layer(x)
        return Encoded(tap(self, "states", x) if self.told else x, x[:, -1], mask)


class Tables(Encoder):
    """No module at all: two tables, read by hand, and a mixture that is called weights."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens, self.gain = nn.Parameter(torch.zeros(14, WIDTH)), nn.Parameter(torch.ones(()))
        self.spare = nn.ParameterList([torch.zeros(3)])

    def forward(self, source: Tensor, mask: Tensor | None = None) -> Encoded:
        mixture = tap(self, "weights", torch.softmax(self.tokens[:1, :2], -1).expand(len(source), 2))
        x = F.embedding(source, self.tokens) * self.gain * mixture.sum()
        return Encoded(tap(self, "states", x), x[:, -1], mask)


class ReadByWeight(Encoder):
    """A table of positions that is an embedding nobody calls, and holders that compute nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.positions, self.holder = nn.Embedding(14, WIDTH), nn.Embedding(30, WIDTH), nn.Module()
        self.holder.inner = nn.Linear(WIDTH, WIDTH)

    def forward(self, source: Tensor, mask: Tensor | None = None) -> Encoded:
        x = self.embedding(input=source) + self.positions.weight[: source.shape[1]]
        x = self.holder.inner(x)
        return Encoded(tap(self, "states", x), x[:, -1], mask)


class Halved(Encoder):
    """Half as many states as tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.stride = nn.Embedding(14, WIDTH), nn.Conv1d(WIDTH, WIDTH, 2, stride=2, padding=1)

    def forward(self, source: Tensor, mask: Tensor | None = None) -> Encoded:
        x = self.stride(self.embedding(source).mT).mT
        return Encoded(tap(self, "states", x), x[:, -1], None)


class Attending(nn.Module):
    """A layer of torch's own attention and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.self_attention = nn.MultiheadAttention(WIDTH, 2, batch_first=True)
        self.mixer = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.GELU())

    def forward(self, x: Tensor) -> Tensor:
        return self.mixer(self.self_attention(x, x, x, need_weights=False)[0])


class Silent(Decoder):
    """A cell and a table of logits; what it looks at it names itself, and says neither its state nor its logits."""

    def __init__(self, looks: bool) -> None:
        super().__init__()
        self.embedding, self.cell, self.looks = nn.Embedding(13, WIDTH), nn.RNNCell(WIDTH, WIDTH), looks
        self.out = nn.Parameter(torch.zeros(WIDTH, 13))

    def init_state(self, encoded: Encoded) -> Any:
        return tap(self, "context", encoded.final), encoded.states

    def step(self, token: Tensor, state: Any) -> tuple[Tensor, Any]:
        hidden, states = self.cell(self.embedding(token), state[0]), state[1]
        if self.looks:
            weights = tap(self, "attention.weights", torch.einsum("bh,bsh->bs", hidden, states).softmax(-1))
            hidden = hidden + torch.einsum("bs,bsh->bh", weights, states)
        return hidden @ self.out, (hidden, states)

    def forward(self, target_in: Tensor, state: Any) -> tuple[Tensor, Any]:
        return looped(self, target_in, state)


class Begun(AttentionDecoder):
    """Ours, begun with what these encoders end with."""

    def __init__(self) -> None:
        super().__init__(13, WIDTH, WIDTH, 1, "gru", "additive", 24)

    def init_state(self, encoded: Encoded) -> Any:
        return super().init_state(replace(encoded, final=encoded.final[None]))


def linear() -> nn.Module:
    return nn.Linear(WIDTH, WIDTH)


ENCODERS: dict[str, Callable[[], Encoder]] = {
    "a list of layers": lambda: Plain(lambda: nn.ModuleList([linear(), nn.Tanh()])),
    "a sequence": lambda: Plain(lambda: nn.Sequential(linear(), nn.LayerNorm(WIDTH), nn.Identity())),
    "a dictionary": lambda: Plain(lambda: nn.ModuleDict({"first_look": linear(), "second_look": linear()})),
    "lists in lists": lambda: Plain(lambda: nn.ModuleList([nn.Sequential(linear(), nn.ReLU()), nn.Sequential(linear())])),
    "an empty list": lambda: Plain(nn.ModuleList),
    "torch's own layers": lambda: Plain(lambda: nn.ModuleList([nn.TransformerEncoderLayer(WIDTH, 2, 8, batch_first=True)])),
    "torch's own attention": lambda: Plain(lambda: nn.ModuleList([Attending(), Attending()])),
    "states that are not told": lambda: Plain(lambda: nn.ModuleList([linear()]), told=False),
    "tables alone": Tables,
    "a table that is read by its weight": ReadByWeight,
    "half as many states": Halved,
}
DECODERS: dict[str, Callable[[], Decoder]] = {
    "silent": lambda: Silent(False),
    "looking by itself": lambda: Silent(True),
    "ours": Begun,
}


def made(model: Any) -> Any:
    initialise(model, torch.Generator().manual_seed(0))
    return model.eval()


def opened(model: nn.Module, task: Any, trace: Trace) -> None:
    for path in (*blocks.known(model), *blocks.tables(model), *trace.sites):
        if blocks.has(model, trace, path):
            detail = blocks.detail(SimpleNamespace(model=model, task=task), trace, path)  # type: ignore[arg-type]
            assert json.dumps(detail) and detail["title"] and detail["code"], path


def drawn(model: nn.Module, task: Any, trace: Trace) -> dict[str, Any]:
    """The scene, whose every button can be pressed, and the chart beside it."""
    picture = scene.sequence(trace, model, task, key="k", run_label="")
    for column in (*picture["encoder"]["blocks"], *picture["decoder"]["blocks"]):
        for block in column["blocks"]:
            assert block["label"] and blocks.has(model, trace, block["path"]), block
    assert picture["code"]["block"] is None or blocks.has(model, trace, picture["code"]["block"])
    for m in picture["maps"]:
        assert m["weights"]["shape"][1:] == [len(m["rows"]), len(m["columns"])]
    json.dumps(trajectory.spec(trajectory.extract(trace, project(model, task))))
    return picture


@pytest.mark.fault(52)
@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize("encoder", ENCODERS)
def test_any_encoder_and_decoder(encoder: str, decoder: str) -> None:
    task = tasks.get("reverse")()
    model = made(EncoderDecoder(ENCODERS[encoder](), DECODERS[decoder]()))
    trace = explore(model, task, "3141")
    picture = drawn(model, task, trace)
    assert not picture["encoder"]["ghost"] and picture["encoder"]["blocks"] and picture["decoder"]["blocks"]
    assert picture["logits"]["shape"] == [len(trace.tokens), 13]
    opened(model, task, trace)
    best = explore(model, task, "3141", strategy=Beam(2)).tokens
    for other in (explore(model, task, "3141", strategy=Sample(seed=1)), explore(model, task, "3141", forced=dict(enumerate(best)))):
        drawn(model, task, other)


def test_members_of_lists_have_a_block_each() -> None:
    task = tasks.get("reverse")()
    labels = {}
    for name in ("a list of layers", "a sequence", "a dictionary", "lists in lists", "tables alone"):
        model = made(EncoderDecoder(ENCODERS[name](), Silent(False)))
        (column,) = drawn(model, task, explore(model, task, "314"))["encoder"]["blocks"]
        labels[name] = [block["label"] for block in column["blocks"]]
    assert labels == {
        "a list of layers": ["embedding", "linear layer 1", "tanh 2"],
        "a sequence": ["embedding", "linear layer 1", "layer norm 2"],
        "a dictionary": ["embedding", "first look", "second look"],
        "lists in lists": ["embedding", "linear layer 1", "relu 2", "linear layer 1"],
        "tables alone": ["tokens", "gain", "spare"],
    }


class Oddly(Reader):
    """A reader whose parts are called as no view expects."""

    def __init__(self, answers: str, classes: int) -> None:
        super().__init__()
        self.answers = answers
        self.table, self.body, self.judge = nn.Embedding(400, WIDTH), nn.ModuleList([linear(), linear()]), nn.Linear(WIDTH, classes)

    def forward(self, source: Tensor, mask: Tensor | None = None) -> Tensor:
        x = self.table(source)
        for layer in self.body:
            x = x + layer(x)
        return self.judge(x if self.answers in ("tags", "infill") else x.mean(1))


@pytest.mark.fault(52)
@pytest.mark.parametrize("task_id", ["sentiment", "entities", "infill"])
def test_any_reader(task_id: str) -> None:
    task = tasks.get(task_id)()
    model = made(Oddly(task.kind, len(task.classes)))
    trace = explore(model, task, task.pinned)
    picture = drawn(model, task, trace)
    assert picture["logits"]["shape"] == [len(trace.tokens), len(task.classes)]
    opened(model, task, trace)


class Folded(Autoencoder):
    """Both halves sequences, their layers named by number."""

    def __init__(self) -> None:
        super().__init__()
        self.options = SimpleNamespace(code=2)
        self.encoder = nn.Sequential(nn.Linear(784, 4), nn.Tanh(), nn.Linear(4, 2))
        self.decoder = nn.Sequential(nn.Linear(2, 784), nn.Sigmoid())
        self.encoder.layers, self.decoder.layers = (), ()

    def encode(self, picture: Tensor, condition: Tensor | None = None) -> Tensor:
        return tap(self.encoder, "code", self.encoder(picture))

    def decode(self, code: Tensor, condition: Tensor | None = None) -> Tensor:
        return tap(self.decoder, "reconstruction", self.decoder(code))


@pytest.mark.fault(52)
def test_any_autoencoder() -> None:
    task = tasks.get("strokes")()
    model = made(Folded())
    trace = explore(model, task, task.held_out("test", 1).source[0].view(28, 28).numpy())
    assert reconstruction.picture(trace, task, model, key="k", run_label="", label=3)["code"]["shape"] == [2]
    opened(model, task, trace)
