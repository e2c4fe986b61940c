"""What a screen reader is told of the page's parts, in their order, and how few keys lead to Play."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser import hooks

pytestmark = pytest.mark.browser

PARTS = {
    "#edp-top": """
- button "Skip to the player"
- heading "Encoder–Decoder Playground" [level=1]
- navigation "Learn":
  - button "Lessons"
  - button "Papers"
  - button "Class"
- paragraph: Train a small model in seconds, type to it, look inside.
- text: Trains on CPU
- button "Words"
- button /(Dark|Light) theme/
- button "Present"
- button "Share"
""",
    "#edp-rail": """
- heading "1 Task" [level=2]
- button /all \\d+ tasks/
- text: Reverse digits 3 1 4 → 4 1 3
- toolbar "Tasks by group":
  - button /^Digits \\d+/
  - button /^Words and sentences \\d+/
  - button /^Pictures \\d+/
  - button /^Sounds \\d+/
  - button /^Your own \\d+/
- heading "2 Architecture" [level=2]
- radiogroup "Architecture":
  - radio /^RNN, final state only/
  - radio /^RNN \\+ attention/ [checked]
  - radio /^Transformer/
  - radio /^Decoder only/
- heading "3 Train" [level=2]
- text: /[\\d,]+ parameters/
- term: work per update
- definition: /≈ \\d+ MFLOP/
- term: expected time
- definition: /≈ .* s/
- radiogroup "Time budget":
  - radio /≈ \\d+ s , as many updates as the preset has/ [checked]
  - radio "5 s"
  - radio "60 s"
- button /Train, ≈ .* s/
- button "One update"
- button "Advanced …"
""",
    "#source-row": """
- textbox "Source": "314159265"
- button "Random input"
- group "Examples":
  - button "27"
- status "right, 9 of 9"
- text: /shipped run, trained .* s on CPU/
- group "Training"
""",
    ".playrow": """
- group "Step player":
  - button "First step"
  - button "Previous step"
  - button "Play"
  - button "Next step"
  - slider "Output step": "5"
  - text: step 1 of 10
- button "Predict"
- group "How each token is chosen":
  - button "greedy" [pressed]
  - button "sample"
  - button "beam"
- button "Speed 1×": 1×
""",
    ".tabs": """
- tablist "Views":
  - tab "Decode" [selected]
  - tab "Attention"
  - tab "States"
  - tab "Training"
  - tab "Code"
""",
}


def test_the_parts_of_the_page_say_what_they_are(page: Page) -> None:
    for part, tree in PARTS.items():
        expect(page.locator(part).first).to_match_aria_snapshot(tree)


def test_play_is_ten_keys_away_at_most(page: Page) -> None:
    """By the link that skips the rail, and the other way round from the end of it."""
    pressed = []
    for key in ("Tab", "Enter", *["Tab"] * 8):
        page.keyboard.press(key)
        pressed.append(key)
        if page.evaluate("() => document.activeElement.getAttribute('aria-label')") == "Play":
            break
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_focused()
    assert len(pressed) <= 10
    page.keyboard.press("Enter")
    hooks.expect_step(page, 1)
