"""Things of one kind by their id, in an order of their own: papers, lessons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol, TypeVar

from .errors import InputError
from .options import show


class Identified(Protocol):
    """What has an id."""

    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=Identified)


class Catalogue(Mapping[str, T]):
    """Things by id. Raises InputError for an id that there is not, naming those that there are."""

    def __init__(self, name: str, what: str, about: str, things: tuple[T, ...]) -> None:
        """`name` is what the catalogue is called, `what` one of its things; `about` is told where it is documented."""
        self.name, self._what, self.__doc__ = name, what, about
        self._things = {thing.id: thing for thing in things}

    def __getitem__(self, id: str) -> T:
        if not isinstance(id, str) or id not in self._things:
            raise InputError(f"{show(id)} is no {self._what} here; there are: {', '.join(self._things)}.")
        return self._things[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._things)

    def __len__(self) -> int:
        return len(self._things)

    def __contains__(self, id: object) -> bool:
        return id in self._things
