"""The Encoder–Decoder Playground: train small encoders and decoders, type, and look inside.

import playground
run = playground.train("attention_seq2seq", "reverse")
print(run.explore("3 1 4 1 5").output)
"""

from .api import Run, list_architectures, list_tasks, load, stream, sweep, train
from .errors import InputError
from .experiments.lab.by_length import compare
from .inference.decoding import Beam, Greedy, Sample
from .lessons import lessons
from .papers import papers
from .tasks.pairs import read_pairs
from .tasks.your_pictures import read_pictures
from .tracing import Edit, Trace

__all__ = [
    "Beam",
    "Edit",
    "Greedy",
    "InputError",
    "Run",
    "Sample",
    "Trace",
    "compare",
    "lessons",
    "list_architectures",
    "list_tasks",
    "load",
    "papers",
    "read_pairs",
    "read_pictures",
    "stream",
    "sweep",
    "train",
]
