"""Links: a visit as the query of an address, and back. What a link does not say well becomes a notice and the start page."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import orjson

from .. import api, models, tasks
from ..errors import InputError
from ..experiments.lab.acts import Act
from ..inference.decoding import Beam, Sample
from ..lessons import lessons
from ..lessons.lesson import ENGLISH
from ..options import show
from ..papers import papers
from ..storage.kept_runs import NAME
from ..tasks import Code, HeldOut, Typed
from ..training import locks, recipes
from . import visit as visits
from .visit import FIRST, FIRST_SEED, LOCKED, UNNAMED, Trial, Visit

FARTHEST = 100  # a number of a code is at most this far from 0
MOST_ACTS = 12
ANY, USUAL = Sample(), Beam()
PLACE = {"input", "picture", "condition", "step", "block", "run", "moment", "paper"}


def to_query(visit: Visit) -> str:
    """The link that leads here."""
    extra = visit.given.query()
    if isinstance(visit.strategy, Sample):
        extra |= {"decoding": "sample", "temperature": f"{visit.strategy.temperature:g}", "draw": str(visit.strategy.seed)}
        extra |= _unusual(visit.strategy, "top_k", "top_p")
    elif isinstance(visit.strategy, Beam):
        extra |= {"decoding": "beam", **_unusual(visit.strategy, "width", "length_penalty")}
    if visit.block is not None:
        extra |= {"block": visit.block}
    if visit.acts:
        extra |= {"acts": orjson.dumps([act.json for act in visit.acts]).decode()}
    if visit.beside is not None:
        extra |= {"beside": visit.beside}
    if visit.rival is not None:
        extra |= {"rival": visit.rival.to_query()}
    if visit.trial is not None:
        extra |= {"paper": visit.trial.paper, "paper_seed": str(visit.trial.seed), "arms": ",".join(visit.trial.runs)}
    if visit.locks != LOCKED:
        extra |= {"locks": ",".join(visit.locks)}
    if NAME.fullmatch(visit.shown):
        extra |= {"run": visit.shown}
    if visit.frame is not None:
        extra |= {"moment": str(visit.frame)}
    if visit.lesson is not None:
        extra |= {"lesson": visit.lesson[0], "question": str(visit.lesson[1])}
        extra |= {"language": visit.lesson[2]} if visit.lesson[2] != ENGLISH else {}
    return visit.recipe.to_query() + ("&" + urlencode(extra, errors="replace") if extra else "")


def from_query(params: Mapping[str, str], device: str = "auto") -> Visit:
    """The visit a link asks for; what it does not understand becomes a notice and the start page."""
    wanted = {k: v for k, v in params.items() if k in ("architecture", "task", "seed", "seconds") or "." in k}
    if not wanted and not PLACE & set(params) and "lesson" not in params:
        return visits.home(device)
    try:
        if "paper" in params and not wanted:
            return visits.of_paper(params["paper"], _whole(params, "paper_seed", FIRST_SEED), device)
        lesson = _lesson(params)
        if lesson and not wanted and not PLACE & set(params):
            return of_question(lesson, device)
        recipe = recipes.from_query(urlencode(_pair(wanted) | wanted, errors="replace"))
        recipe = replace(recipe, device=device)
        return _with_place(Visit(recipe, given=recipe.build_task().first(), lesson=lesson), params)
    except InputError as error:
        return replace(visits.home(device), notice=f"Link not understood: {error} This is the start page instead.")


def question(id: Any, number: Any, language: Any) -> tuple[str, int, str]:
    """A question of a lesson from untrusted values. Raises InputError for one that there is not."""
    lessons[id].find(number, language)
    return id, number, language


def of_question(asked: tuple[str, int, str], device: str = "auto") -> Visit:
    """The visit that a question is asked about: its stage."""
    id, number, _ = asked
    return replace(from_query(lessons[id].questions[number - 1].place, device), lesson=asked)


def code(numbers: Any, size: int | None = None) -> tuple[float, ...]:
    """The numbers of a code from untrusted values, as many as `size` says. Raises InputError."""
    known = numbers if isinstance(numbers, list | tuple) else ()
    wanted = len(known) == size if size is not None else 0 < len(known) <= 256
    if not wanted or not all(isinstance(v, int | float) and abs(v) <= FARTHEST for v in known):
        many = "numbers" if size is None else f"{size} numbers"
        commas = " with commas between" if size is None else ""
        raise InputError(f"The code is {show(numbers)}; it must be {many} from −{FARTHEST} to {FARTHEST}{commas}.")
    return tuple(float(v) for v in known)


def acts(told: Any) -> tuple[Act, ...]:
    """Acts from untrusted values, or from the text of a link. Raises InputError."""
    try:
        found = orjson.loads(told) if isinstance(told, str) else told
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, list) or len(found) > MOST_ACTS or not all(isinstance(act, list) and 2 <= len(act) <= 7 for act in found):
        raise InputError(f"The acts are {show(told)}; they must be a list of at most {MOST_ACTS}, each as a copied link has it.")
    return tuple(Act(*act) for act in found)


def by_hand(visit: Visit, numbers: tuple[float, ...], condition: Any = None) -> Visit:
    """Set the code itself; `condition` is the class that a conditional model is told."""
    if condition is not None and (isinstance(condition, bool) or not isinstance(condition, int) or not 0 <= condition < 10):
        raise InputError(f"The condition is {show(condition)}; allowed is a class from 0 to 9.")
    return visit.with_input(Code(tuple(round(v, 3) for v in numbers), condition, visit.given.origin))


def _pair(wanted: Mapping[str, str]) -> dict[str, str]:
    """A link that names only an architecture, or only a task, opens with the start page's other half, or with one that fits."""
    asked = {"architecture": UNNAMED[0], "task": UNNAMED[1]} | {name: wanted[name] for name in ("architecture", "task") if name in wanted}
    fitting = [{"architecture": a.id, "task": t.id} for a in models.ordered() for t in tasks.tasks().values() if a.fits(t)]
    named = [pair for pair in fitting if all(wanted.get(name, id) == id for name, id in pair.items())]
    return min(named, key=lambda pair: (pair != asked, not api.shipped_path(**pair).exists()), default=asked)


def _with_place(visit: Visit, params: Mapping[str, str]) -> Visit:
    """Input and step of a link."""
    if "input" in params and Typed in visit.task.reads:
        visit = visit.with_input(Typed(params["input"]))
    if "picture" in params:
        visit = visit.with_input(HeldOut(_whole(params, "picture", 0)))
    if "code" in params and Code in visit.task.reads:
        visit = by_hand(visit, _code(params["code"]), _whole(params, "condition", 0) if "condition" in params else None)
    elif "condition" in params:
        raise InputError("The link tells a condition, but no code that could be drawn under it.")
    if "decoding" in params:
        visit = visit.decode_by(
            params["decoding"],
            temperature=_number(params, "temperature", 1.0),
            top_k=_whole(params, "top_k", ANY.top_k),
            top_p=_number(params, "top_p", ANY.top_p),
            seed=_whole(params, "draw", ANY.seed),
            width=_whole(params, "width", USUAL.width),
            length_penalty=_number(params, "length_penalty", USUAL.length_penalty),
        )
    if "acts" in params:
        visit = replace(visit, acts=acts(params["acts"]))
    if "beside" in params:
        visit = replace(visit, beside=params["beside"][:200])
    if "rival" in params:
        visit = replace(visit, rival=replace(recipes.from_query(params["rival"]), device=visit.recipe.device))
    if "locks" in params:
        visit = replace(visit, locks=locks.checked(params["locks"].split(",") if params["locks"] else []))
    if "run" in params:
        if not NAME.fullmatch(params["run"]):
            raise InputError(f"run is {params['run'][:40]!r}; it must be the name of a run, as a copied link has it.")
        visit = replace(visit, run=params["run"])
    if "paper" in params:
        visit = replace(visit, trial=trial(params), shown=visit.shown if "run" in params else FIRST)
    if "moment" in params:
        visit = replace(visit, frame=_whole(params, "moment", 0), live=False)
    if "block" in params:
        visit = replace(visit, block=params["block"][:200])
    if "step" in params:
        visit = replace(visit, step=_whole(params, "step", 0, most=999))
    return visit


def trial(params: Mapping[str, str]) -> Trial:
    """The paper of a link, and the runs of its arms. Raises InputError."""
    paper, names = papers[params.get("paper", "")], params.get("arms", "")
    runs = tuple(names.split(",")) if names else ()
    if len(runs) > len(paper.arms) or not all(NAME.fullmatch(run) for run in runs):
        raise InputError(f"arms is {names[:40]!r}; it must be names of runs, one for each arm of the paper, as a copied link has them.")
    return Trial(paper.id, _whole(params, "paper_seed", FIRST_SEED), runs)


def _lesson(params: Mapping[str, str]) -> tuple[str, int, str] | None:
    """The question that a link asks, the first one where it names none."""
    if "lesson" not in params:
        return None
    return question(params["lesson"], _whole(params, "question", 1), params.get("language", ENGLISH))


def _unusual(strategy: Sample | Beam, *names: str) -> dict[str, str]:
    """The settings of a strategy that are not the usual ones."""
    usual = ANY if isinstance(strategy, Sample) else USUAL
    return {name: f"{getattr(strategy, name):g}" for name in names if getattr(strategy, name) != getattr(usual, name)}


def _code(text: str) -> tuple[float, ...]:
    try:
        return code([float(part) for part in text.split(",")])
    except ValueError:
        return code(text)


def _number(params: Mapping[str, str], name: str, usual: float) -> float:
    try:
        number = float(params.get(name, usual))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"{name} is {params[name][:40]!r}; it must be a number.")
    return number


def _whole(params: Mapping[str, str], name: str, usual: int, most: int = 2**31 - 1) -> int:
    """A whole number from 0, of no more digits than one can have: Python itself reads no more than 4,300 of them."""
    text = params.get(name, str(usual))
    if not text.isdecimal() or len(text) > len(str(most)) or int(text) > most:
        raise InputError(f"{name} is {text[:40]!r}; it must be a whole number.")
    return int(text)
