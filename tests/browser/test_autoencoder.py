"""Pictures: pick one, roll dice, draw one, click one in the latent map; the reconstruction stands beside it."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest
import torch
from playwright.sync_api import Locator, Page, expect

from playground import load
from playground.app.islands import dump
from playground.app.panels.latent.maps import packed
from tests.browser import hooks
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

INK = """(canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const channel = (c) => data.filter((_, i) => i % 4 === c);
  return Math.max(...[0, 1, 2, 3].map((c) => Math.max(...channel(c)) - Math.min(...channel(c))));
}"""

# A slider is swept faster than codes are decoded; it ends at its last place.
SWEEP = """async (slider) => {
  for (let at = 10; at <= 190; at += 9) {
    slider.value = at;
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    await new Promise((done) => setTimeout(done, 30));
  }
  slider.dispatchEvent(new Event('change', { bubbles: true }));
}"""
# Whether the link holds the number that the slider tells.
TOLD = """(slider) => {
  const code = new URLSearchParams(location.search).get('code')?.split(','), unit = Number(slider.getAttribute('aria-label').slice(1)) - 1;
  return Boolean(code) && Math.abs(code[unit] - slider.getAttribute('aria-valuetext').replace('−', '-')) < 0.01;
}"""

# The digit of the map that stands furthest from all others, and a free place of it, in pixels of the window.
PLACES = """(map) => {
  const middleOf = (box) => ({ x: box.x + box.width / 2, y: box.y + box.height / 2 });
  const digits = [...map.querySelectorAll('.digit')]
    .map((node, index) => ({ ...middleOf(node.getBoundingClientRect()), digit: node.dataset.label, index }));
  const far = (a) => Math.min(...digits.filter((b) => b.index !== a.index).map((b) => Math.hypot(a.x - b.x, a.y - b.y)));
  const lonely = digits.map((a) => [far(a), a]).sort(([a], [b]) => b - a)[0][1];
  const area = map.querySelector('.map-area').getBoundingClientRect();
  const at = (share) => ({ x: area.x + share * area.width, y: area.y + share * area.height });
  const free = Array.from({ length: 50 }, (_, i) => ({ ...at(i / 50 + 0.01), index: -1 })).sort((a, b) => far(b) - far(a))[0];
  return { lonely, free, corner: at(0.2), middle: at(0.6) };
}"""


def settled(page: Page) -> str:
    """The sentence, once no answer changes it any more: a drag asks for many codes, and the last one counts."""
    said = None
    while (now := page.locator(".say").text_content() or "") != said:
        said = now
        page.wait_for_timeout(1500)
    return now


@pytest.fixture
def page(visit: Visit) -> Page:
    return visit("?architecture=autoencoder&task=strokes")


def picture(page: Page) -> Locator:
    return page.get_by_role("group", name=re.compile("^(Input picture|Code set by hand)"))


def latent_map(page: Page) -> Locator:
    return page.get_by_role("application", name=re.compile("^Latent map"))


def manifold(page: Page) -> Locator:
    return page.get_by_role("application", name=re.compile("^Manifold"))


def told(page: Page) -> Locator:
    """What is said of the pointer to who does not see it."""
    return hooks.panel(page, "At the pointer").locator("[aria-live]")


def by_hand(page: Page) -> Locator:
    return page.get_by_role("group", name=re.compile("^Code set by hand"))


def walk_to(page: Page, step: int) -> None:
    page.locator(".walk-step").nth(step - 1).click()
    expect(page.get_by_role("slider", name="Step of the walk")).to_have_attribute("aria-valuenow", str(step))


def slider(page: Page, number: int) -> Locator:
    return page.get_by_role("slider", name=f"z{number}", exact=True)


def test_a_picture_and_its_reconstruction_stand_without_a_click(page: Page) -> None:
    expect(picture(page)).to_be_visible()
    hooks.expect_output(page, re.compile(r"error 0\.\d+"))
    expect(latent_map(page).locator(".digit").first).to_be_visible()
    expect(page.locator("#input")).to_be_hidden()
    for name in ("input x", "reconstruction"):
        shown = page.get_by_role("figure", name=name, include_hidden=True).or_(page.locator("figure", has_text=name)).first
        assert shown.locator("canvas").evaluate(INK) > 100, f"{name} is blank"


def test_the_rail_leads_from_digits_to_pictures_and_back(visit: Visit) -> None:
    page = visit()
    hooks.choose(page, task="strokes")
    hooks.expect_architecture(page, "autoencoder")
    expect(picture(page)).to_be_visible()
    expect(page.get_by_role("tab", name="Latent")).to_have_attribute("aria-selected", "true")
    hooks.choose(page, task="reverse")
    expect(hooks.source(page)).to_be_visible()
    expect(page.locator("#player")).to_be_visible()
    hooks.expect_output(page, hooks.REVERSED)


def test_an_example_goes_onto_the_stage(page: Page) -> None:
    for digit in ("3", "7"):
        page.get_by_role("button", name=f"Example: {digit}").click()
        expect(picture(page)).to_have_accessible_name(re.compile(f"^Input picture of a {digit}"))


def test_dice_bring_another_picture(page: Page) -> None:
    """Its number in the address tells: two pictures may have the same error to four places."""
    expect(page).to_have_url(re.compile(r"picture=\d+"))
    before = page.url
    page.get_by_role("button", name="Random input").click()
    expect(page).not_to_have_url(before)


def test_a_drawn_digit_is_reconstructed(page: Page) -> None:
    page.get_by_role("button", name="Draw", exact=True).click()
    pad = page.get_by_role("img", name=re.compile("Drawing area"))
    expect(page.get_by_role("button", name="Use drawing")).to_be_disabled()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 100, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 95, box["y"] + 165, steps=12)
    page.mouse.up()
    page.get_by_role("button", name="Use drawing").click()
    expect(picture(page)).to_have_accessible_name(re.compile("^Input picture, 784 numbers"))
    expect(pad).to_be_hidden()


def test_a_click_on_a_digit_of_the_map_puts_it_on_the_stage(page: Page) -> None:
    latent_map(page).scroll_into_view_if_needed()
    place = latent_map(page).evaluate(PLACES)["lonely"]
    page.mouse.click(place["x"], place["y"])
    expect(page).to_have_url(re.compile(f"picture={place['index']}(&|$)"))
    expect(picture(page)).to_have_accessible_name(re.compile(f"^Input picture of a {place['digit']}"))


def test_a_click_elsewhere_decodes_that_place_through_the_principal_components(page: Page) -> None:
    """The code has 16 numbers, the map two axes."""
    latent_map(page).scroll_into_view_if_needed()
    place = latent_map(page).evaluate(PLACES)["free"]
    page.mouse.click(place["x"], place["y"])
    expect(by_hand(page)).to_have_accessible_name(re.compile("16 numbers, .*no input picture"))
    expect(page.get_by_text("no input", exact=True)).to_be_visible()
    expect(page.locator(".funnel.enc")).to_have_class(re.compile("ghost"))
    page.get_by_role("button", name="Back to the picture").click()
    expect(picture(page)).to_have_accessible_name(re.compile("^Input picture of a"))


def test_a_feature_map_and_a_layer_are_drawn_and_open(visit: Visit) -> None:
    page = visit("?architecture=conv_autoencoder&task=strokes")
    maps = page.get_by_role("button", name="encoder: maps1, 8 × 14 × 14 numbers, open conv1")
    assert maps.locator("canvas").evaluate(INK) > 100
    maps.click()
    expect(maps).to_have_attribute("aria-pressed", "true")
    maps.click()
    expect(maps).to_have_attribute("aria-pressed", "false")
    slider(page, 3).focus()
    page.keyboard.press("Home")
    expect(by_hand(page)).to_be_visible()


def test_the_map_of_a_vae_is_the_code_itself(visit: Visit) -> None:
    """Drag over the map, go on by keyboard, move a slider, draw a code, follow the link."""
    page = visit("?architecture=vae&task=digits")
    expect(page.locator(".say")).to_contain_text(re.compile(r"\d+ nats to draw again and its code \d"))
    expect(page.locator(".zbox")).to_contain_text("mean ±")
    latent_map(page).scroll_into_view_if_needed()
    places = latent_map(page).evaluate(PLACES)
    page.mouse.move(places["corner"]["x"], places["corner"]["y"])
    page.mouse.down()
    page.mouse.move(places["middle"]["x"], places["middle"]["y"], steps=10)
    page.mouse.up()
    expect(by_hand(page)).to_be_visible()
    before = settled(page)
    latent_map(page).focus()
    page.keyboard.press("ArrowRight")
    expect(told(page)).to_have_text(re.compile(r"^z₁ −?\d\.\d\d, z₂ −?\d\.\d\d; nearest: a \d$"))
    expect(page.locator(".say")).to_have_text(before), "to look changes nothing"
    page.keyboard.press("Enter")
    expect(page.locator(".say")).not_to_have_text(before)
    slider(page, 2).focus()
    page.keyboard.press("End")
    highest = slider(page, 2).get_attribute("aria-valuetext")
    expect(by_hand(page)).to_have_accessible_name(re.compile(f"2 numbers \\(.*{highest}\\)"))
    sentence = page.locator(".say").text_content()
    page.get_by_role("button", name="Draw a code").click()
    expect(page.locator(".say")).not_to_have_text(sentence or "")
    settled(page)
    expect(manifold(page).locator("image")).to_be_visible()
    expect(page).to_have_url(re.compile("code="))
    shared = page.locator(".say").text_content()
    expect(visit("?" + page.url.partition("?")[2]).locator(".say")).to_have_text(shared or "")


def test_a_cvae_draws_another_digit_in_the_same_hand(visit: Visit) -> None:
    page = visit("?architecture=cvae&task=digits")
    expect(page.get_by_role("button", name=re.compile("^Condition 0"))).to_be_visible()
    condition = page.get_by_role("group", name="Condition", exact=True)
    condition.get_by_role("button", name="7").click()
    expect(by_hand(page)).to_have_accessible_name(re.compile("condition 7"))
    expect(page.locator(".say")).to_contain_text("the condition ‘7’")
    slider(page, 1).focus()
    page.keyboard.press("Home")
    expect(by_hand(page)).to_have_accessible_name(re.compile(r"\(−.*condition 7"))
    walk_to(page, 11)
    expect(by_hand(page)).to_have_accessible_name(re.compile("condition 0"))
    page.get_by_role("button", name="Example: 3").click()
    expect(page.get_by_role("button", name=re.compile("^Condition 3"))).to_be_visible()


def test_a_walk_leads_to_another_picture(page: Page) -> None:
    """By mouse, by keys from wherever the focus is, straight and round, and playing to its end; the map shows its path."""
    expect(page.locator(".walk-step")).to_have_count(11)
    walk = page.get_by_role("slider", name="Step of the walk")
    expect(walk).to_have_attribute("aria-valuetext", re.compile("^step 1 of 11, from a 2 to a"))
    walk_to(page, 5)
    expect(by_hand(page)).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(walk).to_have_attribute("aria-valuenow", "6")
    straight = page.url
    page.get_by_role("button", name="round", exact=True).click()
    page.wait_for_function("before => location.href !== before", arg=straight)
    expect(walk).to_have_attribute("aria-valuenow", "6")
    expect(latent_map(page).locator(".way.other")).to_have_count(1)
    page.keyboard.press("Home")
    expect(picture(page)).to_have_accessible_name(re.compile("^Input picture of a 2"))
    page.get_by_role("button", name="Speed 1×").click()
    page.get_by_role("button", name="Play the walk").click()
    expect(walk).to_have_attribute("aria-valuenow", "11")
    before = page.locator(".walk-step canvas").last.evaluate("(canvas) => canvas.toDataURL()")
    page.get_by_role("button", name="Another goal").click()
    page.wait_for_function("(before) => [...document.querySelectorAll('.walk canvas')].at(-1).toDataURL() !== before", arg=before)
    expect(walk).to_have_attribute("aria-valuetext", re.compile("from a 2 to a"))


def test_a_link_brings_the_same_picture(visit: Visit) -> None:
    page = visit("?architecture=autoencoder&task=strokes&picture=17")
    answer = hooks.output(page)
    other = visit("?architecture=autoencoder&task=strokes&picture=17")
    hooks.expect_output(other, answer)


def test_an_autoencoder_is_trained_in_the_page(visit: Visit) -> None:
    page = visit("?architecture=autoencoder&task=strokes&training.steps=60")
    page.locator("#train").click()
    hooks.expect_state(page, "done")
    expect(hooks.whose(page)).to_contain_text("your run 1")
    hooks.open_tab(page, "Latent")
    expect(picture(page)).to_be_visible()


def test_a_slider_swept_fast_ends_at_its_last_code(page: Page) -> None:
    swept = page.get_by_role("slider", name=re.compile(r"^z\d+$")).first
    hooks.slow_network(page)
    swept.evaluate(SWEEP)
    expect(by_hand(page)).to_be_visible()
    page.wait_for_function(TOLD, arg=swept.element_handle())
    settled(page)
    assert swept.evaluate(TOLD), "an older code came after the last one"


def test_a_link_to_a_tab_opens_it(visit: Visit) -> None:
    page = visit("?architecture=vae&task=digits&picture=3&tab=training")
    expect(page.get_by_role("tab", name="Latent")).to_be_visible()
    expect(page.get_by_role("tab", name="Training")).to_have_attribute("aria-selected", "true")
    expect(page).to_have_url(re.compile("picture=3"))
    hooks.pick_task(page, "strokes")
    expect(page).to_have_url(re.compile("task=strokes"))
    expect(page.get_by_role("tab", name="Training")).to_have_attribute("aria-selected", "true")


# A decoder of plain layers, as the page runs it, on codes from here.
DECODED = """async ([layers, rows]) => {
  const { take } = await import(document.getElementById('modules').href), { decoderOf } = await take('latent/decoder.js');
  const decode = decoderOf(layers);
  return rows.map(([code, condition]) => Array.from(decode(code, condition)));
}"""


def test_the_browser_decodes_what_python_decodes(visit: Visit) -> None:
    page = visit("?architecture=vae&task=strokes")
    for architecture in ("autoencoder", "conv_autoencoder", "vae", "cvae"):
        model: Any = load(architecture, "strokes").model
        codes = 3 * torch.randn(6, model.code_size, generator=torch.Generator().manual_seed(0))
        told = torch.arange(6) if model.conditions else None
        layers = orjson.loads(dump({"layers": [packed(layer) for layer in model.drawing()], "conditions": model.conditions}))
        rows = [[code, i if model.conditions else None] for i, code in enumerate(codes.tolist())]
        found = torch.tensor(page.evaluate(DECODED, [layers, rows]))
        assert (found - model.decode(codes, told)).abs().max() < 1e-4, architecture


def finger(page: Page, board: Locator, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Drawn over the map, and lifted."""
    box, touch = board.bounding_box(), page.context.new_cdp_session(page)
    assert box is not None
    for kind, places in (("touchStart", [start]), ("touchMove", [end]), ("touchEnd", [])):
        points = [{"x": box["x"] + x, "y": box["y"] + y} for x, y in places]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_what_is_pointed_at_is_drawn_and_changes_nothing_until_it_is_put(visit: Visit) -> None:
    """By mouse on either map, by a finger, by a press; the glyph by a key; and a drawing that lands."""
    page = visit("?architecture=vae&task=strokes", has_touch=True)
    before = page.locator(".say").text_content() or ""
    pointed = hooks.panel(page, "At the pointer")
    put = pointed.get_by_role("button", name="Put it on the stage")
    expect(put).to_be_disabled()
    for board in (manifold(page), latent_map(page)):
        board.hover(position={"x": 150, "y": 90})
        expect(put).to_be_enabled()
        page.wait_for_function(f"({INK})(document.querySelector('.at-pointer canvas')) > 100")
    looked = pointed.locator("dd").all_text_contents()
    finger(page, latent_map(page), (90, 120), (200, 160))
    expect(pointed.locator("dd").first).not_to_have_text(looked[0])
    expect(page.locator(".say")).to_have_text(before)
    put.click()
    numbers = [float(text.replace("−", "-")) for text in pointed.locator("dd").all_text_contents()]
    expect(by_hand(page)).to_have_accessible_name(re.compile(", ".join(re.escape(f"{n:.2f}".replace("-", "−")) for n in numbers)))
    latent_map(page).focus()
    page.keyboard.press("g")
    expect(page.get_by_role("group", name="What stands for a picture").get_by_role("button", name="slant")).to_have_class("on")
    assert latent_map(page).locator("path.digit").count() == 400
    expect(hooks.panel(page, "Manifold").locator(".read")).to_contain_text(re.compile(r"tell the digit of \d+\s% of 1,192"))
    page.keyboard.press("d")
    box = page.get_by_role("img", name=re.compile("Drawing area")).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 100, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 95, box["y"] + 165, steps=12)
    page.mouse.up()
    page.get_by_role("button", name="Use drawing").click()
    own = hooks.panel(page, "Your drawing")
    expect(own.locator(".read")).to_contain_text(
        re.compile(r"Of its ten neighbours \d+ (is a|are) \d\. Error 0\.\d+: stranger than \d+\s%")
    )
    page.get_by_role("button", name="Example: 3").click()
    expect(picture(page)).to_have_accessible_name(re.compile("^Input picture of a 3"))
    expect(latent_map(page).locator(".ring.dashed")).to_be_visible()
    own.get_by_role("button", name="Put it on the stage").click()
    expect(picture(page)).to_have_accessible_name(re.compile("^Input picture, 784 numbers"))


def test_the_loss_is_taken_apart_and_every_number_counted(visit: Visit) -> None:
    page = visit("?architecture=vae&task=strokes")
    hooks.open_tab(page, "Loss")
    terms, each = hooks.panel(page, "Loss taken apart"), hooks.panel(page, "KL per number")
    expect(terms.locator(".term-sum b")).to_have_count(3)
    sums = [float(text) for text in terms.locator(".term-sum b").all_text_contents()]
    assert sums[2] == pytest.approx(sums[0] + sums[1], abs=0.11)
    expect(terms.locator(".read")).to_contain_text("The picture on the stage costs")
    expect(each.get_by_role("img", name="KL of 2 numbers: 2 used, 0 collapsed")).to_be_visible()
    expect(each.locator(".read")).to_contain_text("None has collapsed")


def test_the_code_is_drawn_along_every_number_and_as_every_class(visit: Visit) -> None:
    """Pictures under the sliders come once they are seen; a press on one sets its number; a draw follows its temperature."""
    page = visit("?architecture=cvae&task=digits")
    code = hooks.panel(page, "The code")
    code.scroll_into_view_if_needed()
    drawn = "(name) => [...document.querySelectorAll(name)].every((canvas) => (" + INK + ")(canvas) > 100)"
    page.wait_for_function(drawn, arg=".strip-of-code, .as-class canvas")
    assert (code.locator(".strip-of-code").count(), code.locator(".as-class canvas").count()) == (2, 10)
    strip = code.locator(".strip-of-code").first
    strip.click(position={"x": 3, "y": 5})
    expect(by_hand(page)).to_be_visible()
    number = code.get_by_role("slider", name=re.compile("^z")).first
    lowest = number.evaluate("(slider) => slider.value === slider.min")
    assert lowest, "the first picture is the lowest number"
    code.get_by_role("slider", name="Temperature").fill("0")
    code.get_by_role("button", name="Draw a code").click()
    expect(by_hand(page)).to_have_accessible_name(re.compile(r"\(−?0\.00, −?0\.00\)"))
    code.get_by_role("button", name="Mean of the test set").click()
    expect(by_hand(page)).not_to_have_accessible_name(re.compile(r"\(−?0\.00, −?0\.00\)"))
