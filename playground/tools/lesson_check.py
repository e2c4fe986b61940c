"""Whether a lesson is complete, and whether the models bear it out.

python -m playground.tools.lesson_check FILE      a file that ends in `LESSON = Lesson(…)`; docs/lessons.md shows how it is written
"""

from __future__ import annotations

import argparse
import runpy
import sys
from collections.abc import Sequence
from pathlib import Path

from ..lessons import lessons
from ..lessons.lesson import Lesson
from ..lessons.missing import missing


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where nothing is missing, else 1."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    told = faults(parser.parse_args(arguments).file)
    print("\n".join(told) if told else "Nothing is missing: every claim holds, and every text names what is measured.")
    return int(bool(told))


def faults(file: Path) -> list[str]:
    """What is missing from the lesson of a file."""
    if not file.is_file():
        return [f"There is no file {str(file)!r}."]
    inside = Path(__file__).parents[1] / "lessons"
    try:
        if file.resolve().is_relative_to(inside):
            name = ".".join(("playground.lessons", *file.resolve().relative_to(inside).with_suffix("").parts))
            names = vars(__import__(name, fromlist=["LESSON"]))
        else:
            names = runpy.run_path(str(file))
    except Exception as error:  # noqa: BLE001  whatever somebody's file does, its writer is told
        return [f"The file cannot be read: {type(error).__name__}: {error}"]
    lesson = names.get("LESSON")
    if not isinstance(lesson, Lesson):
        return ["It has no LESSON; end the file with LESSON = Lesson(id, title, minutes, questions)."]
    taken = [f"There is a lesson {lesson.id!r} already; choose another id."] if dict(lessons).get(lesson.id, lesson) is not lesson else []
    return taken + missing(lesson)


if __name__ == "__main__":
    sys.exit(main())
