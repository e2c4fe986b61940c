"""What Chromium shows, Firefox shows: one whole journey, without an error on its console."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.driving import ROOT, App

pytestmark = pytest.mark.browser

FIREFOX = shutil.which("firefox-esr")  # see Makefile
NODE = shutil.which("node", path=os.pathsep.join((os.environ["PATH"], f"{sys.prefix}/bin")))
DRIVER = ROOT / "node_modules" / "puppeteer-core"
JOURNEY = Path(__file__).parent / "firefox_journey.mjs"
STATIONS = ["opened", "typed", "stepped", "block", "closed", "trained", "attention", "states", "training", "code"]


@pytest.mark.skipif(not (FIREFOX and NODE and DRIVER.is_dir()), reason="Firefox, or what drives it, is not installed")
def test_it_opens_types_steps_trains_and_shows_every_tab(app: App) -> None:
    command = [str(NODE), str(JOURNEY), app.url, str(FIREFOX)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert (run.stdout.split(), run.stderr, run.returncode) == (STATIONS, "", 0)
