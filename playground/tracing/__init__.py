"""Watching and intervening are one mechanism: `tap`.

A model offers each quantity its paper names by an ordinary call, `weights = tap(self, "weights", scores.softmax(-1))`.
When nobody looks, `tap` returns its value untouched. While a `Recording` is open the value is kept under its site name,
the module's path plus the given name (`decoder.attention.weights`), after every `Edit` whose site matches was applied.
Nothing is stored on modules, so many visitors can look into one model at once.

The idea of one tiny primitive that observes and intervenes is that of effect handlers (Pyro's minipyro, Oryx's harvest).
"""

from .edit import OPS as OPS
from .edit import Edit as Edit
from .recording import Recording as Recording
from .recording import explicit as explicit
from .recording import part as part
from .recording import tap as tap
from .trace import Trace as Trace
