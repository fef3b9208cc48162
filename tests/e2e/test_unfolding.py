"""The scalars' view of a network: one unit as its scalar circuit for one sample, as far as the cursor has come."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from e2e.stepping import (
    MINUS,
    at_step,
    boxes,
    edge,
    load_lesson,
    middle,
    node,
    open_lesson,
    press,
    steps_forward,
)

SCALARS = "/playground?seed=7&zoom=scalars&unit=hidden1.1&sample=3"
ROW = "3"


def number(text: str) -> float:
    return float(text.replace(MINUS, "-"))


def inspector(page: Page) -> Locator:
    return page.locator("aside.right")


def unit(page: Page, layer: int, number: int) -> Locator:
    return page.locator(f'.mirror button.unit[data-unit="{layer}.{number}"]')


def says(page: Page, name: str, text: str) -> None:
    """What is told of a cell to those who do not see the picture."""
    expect(node(page, name)).to_have_attribute("aria-label", re.compile(text))


def test_a_unit_is_opened_from_the_layers_and_stepped_through(page: Page) -> None:
    open_lesson(page, "/playground?seed=7&at=1.0&sample=3")
    x, y = middle(unit(page, 1, 1))
    page.mouse.dblclick(x, y)
    says(page, "hidden1.weight[1, 0]", "w₁ = hidden1.weight\\[1, 0\\], parameter, the same for all samples")
    expect(page).to_have_url(re.compile(r"zoom=scalars&unit=hidden1\.1&sample=3"))
    # Before the batch is loaded there are weights, and nothing else.
    says(page, f"x[{ROW}, 0]", "value not reached yet")
    says(page, "hidden1.weight[1, 0]", r"value −?\d")
    steps_forward(page, 1, 1)
    says(page, f"x[{ROW}, 0]", r"value −?\d")
    says(page, f"hidden1.linear#0[{ROW}, 1].mul#0", "product, weight times input: value not reached yet")
    steps_forward(page, 2, 1)
    says(page, f"hidden1.linear#0[{ROW}, 1].mul#0", r"value −?\d")
    says(page, f"hidden1.linear#0[{ROW}, 1]", r"value −?\d[^,]*, gradient not reached yet")
    says(page, f"hidden1.tanh#0[{ROW}, 1]", "value not reached yet")
    steps_forward(page, 3, 1)
    says(page, f"hidden1.tanh#0[{ROW}, 1]", r"value −?\d")
    # And back: what has not been computed is not there any more.
    press(page, "ArrowLeft", 2)
    at_step(page, 2)
    says(page, f"hidden1.linear#0[{ROW}, 1]", "value not reached yet")


def test_upstream_times_local_is_this_samples_share_and_the_shares_make_the_batch(page: Page) -> None:
    open_lesson(page, f"{SCALARS}&at=1.18")
    at_step(page, 19)
    # The step is one of tensors; the inspector follows it to the first weight.
    expect(inspector(page).get_by_role("heading", name="× → w₁")).to_be_visible()
    expect(page.locator(".boxes .box b")).to_have_count(3)
    upstream, local, share = (number(text) for text in boxes(page))
    assert abs(upstream * local - share) < 1e-7
    rows = inspector(page).locator("section table tbody tr")
    expect(rows).to_have_count(10)
    shares = [number(text) for text in rows.locator("td:last-child").all_inner_texts()]
    total = number(inspector(page).locator("section table tfoot td").last.inner_text())
    assert abs(sum(shares) - total) < 2e-4 * max(1.0, *map(abs, shares))
    expect(inspector(page).locator("tr.meant th")).to_have_text("4")
    assert abs(shares[3] - share) < 1e-5
    # Another edge, by the mirror: the second weight's, and what the others add to it.
    edge(page, f"hidden1.linear#0[{ROW}, 1].mul#1", 1).dispatch_event("click")
    expect(inspector(page).get_by_role("heading", name="× → w₂")).to_be_visible()
    upstream, local, share = (number(text) for text in boxes(page))
    assert abs(upstream * local - share) < 1e-7
    edge(page, "others.samples", 1).dispatch_event("click")
    expect(inspector(page)).to_contain_text("What the others of the batch add, together.")


def test_the_sample_is_chosen_by_keys_by_a_menu_and_by_its_share(page: Page) -> None:
    open_lesson(page, f"{SCALARS}&at=1.18")
    at_step(page, 19)
    sample = page.get_by_label("Sample of the batch").locator("select")
    expect(sample).to_have_value("3")
    press(page, "]")
    expect(sample).to_have_value("4")
    expect(page).to_have_url(re.compile("sample=4"))
    expect(node(page, "x[4, 0]")).to_be_attached()
    press(page, "[", 6)
    expect(sample).to_have_value("8")
    sample.select_option("0")
    expect(node(page, "x[0, 0]")).to_be_attached()
    inspector(page).get_by_role("button", name="sample 7", exact=True).click()
    expect(sample).to_have_value("6")
    expect(page).to_have_url(re.compile("sample=6"))
    page.get_by_role("button", name="Next sample of the batch").click()
    expect(sample).to_have_value("7")


def test_a_number_leads_to_its_explanation_and_a_neighbour_to_its_own_circuit(page: Page) -> None:
    open_lesson(page, f"{SCALARS}&at=1.18")
    at_step(page, 19)
    node(page, f"hidden1.tanh#0[{ROW}, 1]").dispatch_event("click")
    expect(inspector(page).get_by_role("heading", name="tanh", exact=True)).to_be_visible()
    inspector(page).locator("dl button").first.click()
    expect(inspector(page).get_by_role("navigation", name="Explained numbers")).to_be_visible()
    # Where the pointer rests there may be a list of samples next: the circuit would follow it to one of them.
    page.mouse.move(5, 5)
    press(page, "Escape", 2)
    node(page, f"hidden2.linear#0[{ROW}, 0]").dispatch_event("click")
    inspector(page).get_by_role("button", name="Unfold hidden 2, unit 1 into scalars").click()
    expect(page).to_have_url(re.compile(r"unit=hidden2\.0"))
    says(page, f"hidden1.tanh#0[{ROW}, 1]", "a₂ \\(hidden 1, unit 2\\)")


def test_a_weight_alone_and_a_unit_by_the_menus(page: Page) -> None:
    open_lesson(page, f"{SCALARS}&at=1.18")
    at_step(page, 19)
    own = page.locator('.mirror button.node[data-name^="hidden1."][data-name*=".mul#"]')
    expect(own).to_have_count(2)
    page.locator("main .bar select").nth(1).select_option("1")
    expect(own).to_have_count(1)
    says(page, f"hidden1.linear#0[{ROW}, 1].inputs", "1 other input")
    expect(page).to_have_url(re.compile(r"unit=hidden1\.1\.1"))
    page.locator("main .bar select").first.select_option(label="output")
    expect(page).to_have_url(re.compile(r"unit=output\.0"))
    says(page, "binary_cross_entropy_with_logits#0", "loss of the batch")
    expect(page.locator('.mirror button.node[data-name$=".samples"]')).to_have_count(2)


def test_a_weight_is_typed_over_in_its_card_and_what_reads_the_unit_follows(page: Page) -> None:
    open_lesson(page, f"{SCALARS}&at=1.18")
    at_step(page, 19)
    # What reads the unit does so by a weight of its own, and passes back what the two make.
    says(page, "hidden2.weight[0, 1]", "v₁ = hidden2.weight\\[0, 1\\], weight by which another unit reads")
    reader = node(page, f"hidden2.linear#0[{ROW}, 0]")
    before = str(reader.get_attribute("aria-label"))
    card = node(page, "hidden1.weight[1, 0]")
    card.focus()
    press(page, "e")
    field = page.get_by_role("textbox", name="w₁")
    expect(field).to_be_focused()
    field.fill("0.5")
    press(page, "Enter")
    says(page, "hidden1.weight[1, 0]", "value 0.5,")
    expect(reader).not_to_have_attribute("aria-label", before)
    press(page, "Control+z")
    says(page, "hidden1.weight[1, 0]", "value −0.1424,")
    # A sample's own numbers are the data's.
    node(page, f"x[{ROW}, 0]").dispatch_event("click")
    expect(inspector(page)).to_contain_text("given by the data")
    x, y = middle(node(page, f"x[{ROW}, 0]"))
    page.mouse.dblclick(x, y)
    expect(field).to_have_count(0)


def test_units_are_unfolded_by_the_keyboard_alone(page: Page) -> None:
    load_lesson(page, "/playground?seed=7&at=1.18")
    at_step(page, 19)
    unit(page, 2, 1).focus()
    press(page, "Alt+ArrowUp")
    press(page, "u")
    expect(page).to_have_url(re.compile(r"zoom=scalars&unit=hidden2\.0"))
    expect(node(page, "hidden2.tanh#0[0, 0]")).to_be_attached()
    press(page, "u")
    expect(unit(page, 2, 1)).to_be_attached()
    unit(page, 1, 3).focus()
    press(page, "Enter")
    inspector(page).get_by_role("button", name="Unfold hidden 1, unit 4 into scalars").focus()
    press(page, "Enter")
    expect(page).to_have_url(re.compile(r"unit=hidden1\.3"))


def test_what_goes_through_the_statistics_of_the_batch_is_one_node_with_words(page: Page) -> None:
    open_lesson(page, f'{SCALARS}&c={{"batch_norm":true}}&at=1.0')
    press(page, "Shift+ArrowRight", 2)
    name = f"hidden1.batch_norm#0[{ROW}, 1].batch_norm#0.0"
    says(page, name, "made of all samples of the batch together, so there is no single slope")
    edge(page, name, 0).dispatch_event("click")
    expect(inspector(page)).to_contain_text("what comes back has come through all of its samples")
    expect(page.locator(".boxes")).to_have_count(0)


def test_another_browser_sees_the_same_numbers(page: Page, context: BrowserContext) -> None:
    open_lesson(page, f"{SCALARS}&at=1.18&sel=hidden1.linear%230%5B3,+1%5D.mul%231.1")
    expect(inspector(page).get_by_role("heading", name="× → w₂")).to_be_visible()
    first = boxes(page)
    other = context.new_page()
    open_lesson(other, page.url)
    expect(inspector(other).get_by_role("heading", name="× → w₂")).to_be_visible()
    assert boxes(other) == first


@pytest.mark.parametrize("address", ["unit=nothing.0", "unit=hidden1.99", "sample=5000", "unit=x.0"])
def test_an_address_of_what_is_not_there_shows_what_is(page: Page, address: str) -> None:
    open_lesson(page, f"/playground?seed=7&zoom=scalars&at=1.18&{address}")
    expect(page.locator(".mirror button.node").first).to_be_attached()
    expect(page.locator("main .why")).to_have_count(0)


def test_while_it_trains_the_circuit_follows(page: Page) -> None:
    open_lesson(page, f"{SCALARS}&at=1.18")
    at_step(page, 19)
    says(page, "hidden1.weight[1, 0]", "value −0.1424")
    press(page, "Space")
    expect(node(page, "hidden1.weight[1, 0]")).not_to_have_attribute(
        "aria-label", re.compile("value −0.1424,")
    )
    press(page, "Space")
    # Where it stops, the circuit is that of the place.
    expect(page.locator(".transport, footer").first).to_be_visible()
    expect(node(page, "hidden1.weight[1, 0]")).to_have_attribute("aria-label", re.compile(r"value −?\d"))


def test_a_sample_shows_its_own_values_and_gradient_in_the_layers(page: Page) -> None:
    open_lesson(page, "/playground?seed=7&at=1.0")
    batch = unit(page, 1, 1)
    expect(batch).not_to_have_attribute("aria-label", re.compile("Of sample"))
    press(page, "]")
    expect(page).to_have_url(re.compile("sample=0"))
    expect(batch).to_have_attribute("aria-label", re.compile("Of sample 1: value not reached yet"))
    press(page, "Shift+ArrowRight")
    expect(batch).to_have_attribute(
        "aria-label", re.compile(r"Of sample 1: value −?\d\S*, own gradient not reached yet")
    )
    press(page, "Shift+ArrowRight")
    expect(batch).to_have_attribute(
        "aria-label", re.compile(r"Of sample 1: value −?\d\S*, own gradient −?\d")
    )
    first = batch.get_attribute("aria-label")
    page.get_by_role("button", name="Next sample of the batch").click()
    expect(batch).to_have_attribute(
        "aria-label", re.compile(r"Of sample 2: value −?\d\S*, own gradient −?\d")
    )
    assert batch.get_attribute("aria-label") != first
    # The plane marks the point that it is.
    expect(inspector(page)).to_contain_text("row 2 of this batch")
    page.get_by_role("button", name="Look at the batch as a whole").click()
    expect(batch).not_to_have_attribute("aria-label", re.compile("Of sample"))
    expect(page).not_to_have_url(re.compile("sample="))
