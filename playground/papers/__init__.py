"""Published claims, each a file: what is claimed, what is trained to test it, and when it counts as reproduced.

    result = playground.papers["bahdanau_2015"].run(seed=7)
    result.holds, result.control_holds, result.seconds, result.sentence

A new one is a module of a room here with a `Paper` that is listed below. Tests hold it to the contract: arms differ in nothing but what it
names, swapped arms and acts that do nothing make it fail, and its texts name only values that it measures.
"""

from __future__ import annotations

from ..catalogue import Catalogue
from .codes import bowman_2016, elhage_2022, hinton_2006
from .sequences import bahdanau_2015, bengio_2015, jain_2019, luong_2015, sutskever_2014
from .transformers import jelassi_2024, olsson_2022, press_2022, vaswani_2017

papers = Catalogue(
    "papers",
    "paper",
    'All papers by id, in the order of the gallery: `playground.papers["bahdanau_2015"].run(seed=7)`. Raises InputError for an id that'
    " there is not, naming those that there are.",
    (
        sutskever_2014.PAPER,
        bahdanau_2015.PAPER,
        luong_2015.PAPER,
        vaswani_2017.PAPER,
        press_2022.PAPER,
        olsson_2022.PAPER,
        jelassi_2024.PAPER,
        bengio_2015.PAPER,
        jain_2019.PAPER,
        hinton_2006.PAPER,
        bowman_2016.PAPER,
        elhage_2022.PAPER,
    ),
)
