"""What can be asked of a parameter: its gradient sample by sample, one number nudged, typed and dragged."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from e2e.stepping import MINUS, at_step, middle, node, open_lesson, press

PLAYGROUND = "/playground?seed=7&zoom=operations&tab=rule&sel=hidden1.weight"


def number(text: str) -> float:
    return float(text.replace(MINUS, "-"))


def inspector(page: Page) -> Locator:
    return page.locator("aside.right")


def unfold(page: Page, title: str) -> None:
    button = inspector(page).get_by_role("button", name=title)
    if button.get_attribute("aria-expanded") == "false":
        button.click()
    expect(button).to_have_attribute("aria-expanded", "true")


def told(page: Page, name: str) -> Locator:
    """The number beside a name."""
    return inspector(page).locator("dl > div", has_text=re.compile(rf"^\s*{re.escape(name)}")).locator("dd")


def test_ten_samples_average_into_one(page: Page) -> None:
    open_lesson(page, f"{PLAYGROUND}&at=3.7")
    unfold(page, "Sample by sample")
    plot = page.get_by_role("application", name="The own gradients of 10 samples as arrows")
    expect(plot.locator("g.sample")).to_have_count(10)
    expect(plot.locator("g.together")).to_have_count(1)
    table = inspector(page).locator("table")
    cells = [
        [number(cell) for cell in line.locator("td").all_inner_texts()]
        for line in table.locator("tbody tr").all()
    ]
    mean = [number(cell) for cell in table.locator("tfoot td").all_inner_texts()]
    assert len(cells) == 10
    for k in (0, 1):
        assert abs(sum(line[k + 1] for line in cells) / 10 - mean[k]) < 2e-4
    # The loss of the batch is the mean of their own.
    expect(told(page, "loss here")).to_contain_text(re.compile(r"\d"))
    loss = number(told(page, "loss here").inner_text())
    assert abs(sum(line[0] for line in cells) / 10 - loss) < 1e-3
    # Other elements: the heads of the columns follow.
    inspector(page).get_by_label("across").select_option("[0,0]")
    expect(table.locator("thead th").nth(2)).to_have_text("[0, 0]")


def test_a_sample_is_pointed_at_by_pointer_and_by_keys(page: Page) -> None:
    open_lesson(page, f"{PLAYGROUND}&at=3.7")
    unfold(page, "Sample by sample")
    table = inspector(page).locator("table")
    table.locator("tbody tr").nth(4).hover()
    expect(inspector(page).get_by_text("Sample 5 by itself")).to_be_visible()
    expect(page.locator("g.meant")).to_have_count(1)
    expect(inspector(page).locator("dt", has_text=re.compile("^z1$"))).to_be_visible()
    page.mouse.move(700, 20)
    expect(page.locator("g.meant")).to_have_count(0)
    page.get_by_role("application", name="The own gradients").focus()
    press(page, "ArrowRight", 2)
    expect(table.locator("tr.meant th")).to_have_text("2")
    expect(inspector(page).get_by_text(re.compile(r"sample 2, own loss \d"))).to_be_attached()
    at_step(page, 8)
    press(page, "Escape")
    expect(page.locator("g.meant")).to_have_count(0)
    expect(page.get_by_role("application", name="The own gradients")).to_be_focused()


def test_a_penalty_is_an_arrow_of_its_own(page: Page) -> None:
    open_lesson(page, f'{PLAYGROUND}&c={{"l2":0.1}}&at=3.0')
    press(page, "Shift+ArrowRight")
    unfold(page, "Sample by sample")
    expect(page.locator("g.penalty")).to_have_count(1)
    totals = inspector(page).locator("tfoot tr")
    expect(totals.locator("th")).to_have_text(["mean", "penalty", "batch"])
    mean, penalty, batch = (
        [number(cell) for cell in line.locator("td").all_inner_texts()] for line in totals.all()
    )
    for k in (0, 1):
        assert abs(mean[k] + penalty[k] - batch[k]) < 2e-4


def test_before_the_loss_there_is_nothing_to_average(page: Page) -> None:
    open_lesson(page, f"{PLAYGROUND}&at=3.4")
    unfold(page, "Sample by sample")
    expect(
        inspector(page).get_by_text("This has not been computed yet. Step on to the loss.")
    ).to_be_visible()
    press(page, "Shift+ArrowRight")
    expect(page.locator("g.sample")).to_have_count(10)


def test_what_waits_for_a_guess_is_in_no_arrow(page: Page) -> None:
    open_lesson(page, f"{PLAYGROUND}&at=0.7", set_up=True)
    page.get_by_role("switch", name="Predict, then reveal").click()
    unfold(page, "Sample by sample")
    expect(inspector(page).get_by_text("Hidden until you have guessed.").first).to_be_visible()
    expect(page.locator("g.sample")).to_have_count(0)


def test_the_nudge_comes_nearer_to_the_gradient_as_it_gets_smaller(page: Page) -> None:
    open_lesson(page, "/one-weight?seed=7&at=0.8&sel=w")
    slider = page.get_by_label("Nudge h")
    expect(slider).to_be_visible()
    slider.focus()
    press(page, "End")
    expect(inspector(page).get_by_text("loss at w + 0.1")).to_be_visible()
    expect(told(page, "Δloss / h")).to_contain_text(re.compile(rf"{MINUS}23\.(1|0999)"))
    expect(told(page, "gradient")).to_have_text(f"{MINUS}24.0")
    page.get_by_role("button", name="down", exact=True).click()
    expect(told(page, "Δloss / h")).to_contain_text(re.compile(rf"{MINUS}24\.(9|8999)"))
    slider.focus()
    press(page, "Home")
    expect(slider).to_have_attribute("aria-valuetext", f"{MINUS}1.0e{MINUS}6")
    expect(inspector(page).get_by_text(f"loss at w {MINUS} 1.0e{MINUS}6")).to_be_visible()
    expect(told(page, "Δloss / h")).to_contain_text(f"{MINUS}24.0000")
    at_step(page, 9)


def test_a_weight_is_typed_and_dragged_and_each_is_undone_at_once(page: Page) -> None:
    open_lesson(page, "/one-weight?seed=7&at=0.8&sel=w")
    field = inspector(page).get_by_label("w", exact=True)
    expect(field).to_have_value("2.0")
    field.fill("3,5")
    field.press("Enter")
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile("value 3.5"))
    at_step(page, 9)
    expect(field).to_have_value("3.5")
    handle = inspector(page).get_by_role("slider", name="Drag, or use the arrow keys, to change w")
    handle.scroll_into_view_if_needed()
    x, y = middle(handle)
    page.mouse.move(x, y)
    page.mouse.down()
    for k in range(1, 9):
        page.mouse.move(x + 5 * k, y)
    page.mouse.up()
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile("value 3.9,"))
    expect(field).to_have_value("3.9")
    handle.focus()
    press(page, "ArrowLeft", 3)
    expect(field).to_have_value("3.87")
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile("value 3.87"))
    node(page, "w").focus()
    press(page, "Control+z")
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile("value 3.9,"))
    press(page, "Control+z")
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile("value 3.5,"))
    press(page, "Control+z")
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile("value 2.0,"))
    field.fill("much")
    field.press("Enter")
    expect(inspector(page).get_by_text("not a number")).to_be_visible()


def test_one_cell_of_a_matrix_is_typed(page: Page) -> None:
    open_lesson(page, f"{PLAYGROUND}&at=3.7")
    inspector(page).get_by_label("which").select_option("[2,1]")
    field = inspector(page).get_by_label("weight[2, 1]", exact=True)
    expect(field).to_have_value(re.compile(r"\d"))
    before = field.input_value()
    field.fill("0.75")
    field.press("Enter")
    expect(field).to_have_value("0.75")
    at_step(page, 8)
    expect(page).to_have_url(re.compile("j="))
    assert before != "0.75"
    page.locator("header").click(position={"x": 500, "y": 5})
    press(page, "Control+z")
    expect(field).to_have_value(before)


def test_on_a_phone_it_can_be_held_by_a_finger(new_page: Callable[..., Page]) -> None:
    page = new_page(size=(390, 844), has_touch=True)
    open_lesson(page, "/one-weight?seed=7&at=0.8&sel=w&lang=vi")
    page.get_by_role("tab", name="Quy tắc").click()
    handle = page.get_by_role("slider", name="Kéo, hoặc dùng phím mũi tên, để đổi w")
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    assert box
    assert box["width"] >= 44
    assert box["height"] >= 44
    handle.focus()
    press(page, "ArrowUp")
    expect(page.get_by_label("w", exact=True)).to_have_value("2.01")
