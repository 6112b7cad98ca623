"""A plot that a script publishes is seen in the browser, and so is the next one under its topic."""

import numpy as np
import pytest
from playwright.sync_api import expect

from monitor.client import Image, MultiPlot, XYPlot, plot_message
from monitor.wire.message import Message
from tests.browser.conftest import House, Opened
from tests.browser.reading import source

pytestmark = pytest.mark.browser


def publish(house: House, topic: str, plot: XYPlot | MultiPlot) -> None:
    message = plot_message(topic, plot)
    house.service.plots.append(Message("plot", message.header, message.arrays, f"plot/{topic}"))


def test_what_a_script_publishes_is_seen_and_follows(opened: Opened, house: House) -> None:
    publish(house, "mine", XYPlot(1, "squares", [1, 2, 3], [1, 4, 9], xlabel="n", leg_label="n²"))
    page = opened("published")

    expect(page.locator("#published-ages")).to_contain_text("mine")
    assert source(page, "y", least=3)["y"] == [1, 4, 9]
    publish(house, "mine", XYPlot(2, "squares", [1, 2, 3, 4], [1, 4, 9, 16], xlabel="n", leg_label="n²"))
    assert source(page, "y", least=4)["y"] == [1, 4, 9, 16]

    publish(house, "both", MultiPlot(3, "both", [XYPlot(3, "a", [1], [2]), Image(3, "b", np.ones((20, 30)))]))
    expect(page.locator("#published-ages")).to_contain_text("both")
    assert source(page, "dw")["dw"] == [30]
