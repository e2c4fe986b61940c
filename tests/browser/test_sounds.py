"""Telephone keys in the page: typed, played, dialled, uploaded; the picture is the sound itself."""

from __future__ import annotations

import io
import re
import wave

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser import hooks
from tests.browser.conftest import Visit
from tests.browser.driving import wait_ready


def sound_file(seconds_of_silence: float = 0.0) -> bytes:
    """A WAV file, 44,100 samples a second and stereo, of the keys 3 and 8; or of silence."""
    rate = 44_100
    time, quiet = np.arange(int(0.1 * rate)) / rate, np.zeros(int(0.08 * rate))
    keys = [0.3 * (np.sin(2 * np.pi * low * time) + np.sin(2 * np.pi * high * time)) for low, high in ((697, 1477), (852, 1336))]
    mono = np.zeros(int(seconds_of_silence * rate)) if seconds_of_silence else np.concatenate([quiet, keys[0], quiet, keys[1], quiet])
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes((np.stack([mono, mono], 1) * 32_000).astype("<i2").tobytes())
    return file.getvalue()


@pytest.mark.fault(38)
def test_dial_listen_upload_and_step(visit: Visit) -> None:
    page = visit("?architecture=recognizer&task=dialing&input=0427&step=1")
    wait_ready(page)
    expect(page.locator("#output")).to_have_text("0 4 2 7")
    expect(page.locator(".spectrogram")).to_be_visible()
    expect(hooks.verdict(page)).to_have_text(re.compile("right, 4 of 4"))
    heard = page.locator(".heard > b:visible")
    expect(heard).to_have_text(["0", "4"])
    page.locator("#player").press("ArrowRight")
    expect(heard).to_have_text(["0", "4", "2"])
    places = [box["x"] for box in (mark.bounding_box() for mark in heard.all()) if box]
    assert places == sorted(places)  # attention walks from left to right

    page.get_by_role("button", name="Listen").click()
    expect(page.locator(".sound .cursor")).to_be_visible()
    expect(page.get_by_role("button", name="Listen")).to_be_visible()  # it ended by itself
    expect(page.locator(".sound .cursor")).to_be_hidden()

    page.get_by_role("button", name="Keypad").click()
    for key in "555":
        page.get_by_role("button", name=key, exact=True).click()
    expect(page.locator("#output")).to_have_text("5 5 5")
    expect(page.locator("#input textarea, #input input")).to_have_value("555")
    assert "input=555" in page.evaluate("location.search")

    upload = page.locator("#edp-sound-file")
    upload.set_input_files({"name": "keys.wav", "mimeType": "audio/wav", "buffer": sound_file()})
    expect(page.locator("#output")).to_have_text("3 8")
    upload.set_input_files({"name": "silence.wav", "mimeType": "audio/wav", "buffer": sound_file(1.0)})
    expect(page.locator(".input-error")).to_contain_text("no sound found")
    upload.set_input_files({"name": "long.wav", "mimeType": "audio/wav", "buffer": sound_file(11.0)})
    expect(page.locator(".input-error")).to_contain_text("at most 10 seconds")
    upload.set_input_files({"name": "broken.wav", "mimeType": "audio/wav", "buffer": b"RIFF nothing"})
    expect(page.locator(".input-error")).to_contain_text("no sound that the browser can read")
    expect(page.locator("#output")).to_have_text("3 8")


def test_a_refused_microphone_is_told(visit: Visit) -> None:
    page = visit("?architecture=recognizer&task=dialing")
    wait_ready(page)
    page.get_by_role("button", name="Keypad").click()
    page.evaluate("() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError')); }")
    page.get_by_role("button", name="Record").click()
    expect(page.locator(".input-error")).to_contain_text("The microphone was refused")
