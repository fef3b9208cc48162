"""The narrative: both languages, live numbers that exist, anchors that are somewhere."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from chainrule.lessons import LESSONS
from chainrule.protocol.model import Beat, Text
from support.lesson_runs import NAMES, PRESETS, anchored, record_of

PLACEHOLDER = re.compile(r"\{([^{}$]+)\.(value|grad)\}")
MARKUP = re.compile(r"\$[^$]*\$|`[^`]*`|" + PLACEHOLDER.pattern)
VIETNAMESE = re.compile(r"[ăâđêôơưàáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụỳýỷỹỵ]|[\u1ea0-\u1ef9]", re.IGNORECASE)


def beats_of(slug: str, config: dict[str, Any]) -> list[Beat]:
    lesson = LESSONS[slug]
    beats: list[Beat] = lesson.beats(lesson.Config.model_validate(config))
    return beats


@pytest.mark.parametrize(("slug", "preset", "config"), PRESETS, ids=NAMES)
class TestBeats:
    def test_are_in_both_languages_with_the_same_live_numbers_and_maths(
        self, slug: str, preset: str, config: dict[str, Any]
    ) -> None:
        beats = beats_of(slug, config)
        assert len(beats) >= 4
        for beat in beats:
            for text in (beat.title, beat.body):
                assert text.en.strip() == text.en != ""
                assert text.vi.strip() == text.vi != ""
                assert VIETNAMESE.search(text.vi), text.vi
                assert not VIETNAMESE.search(text.en), text.en
            assert Counter(PLACEHOLDER.findall(beat.body.en)) == Counter(PLACEHOLDER.findall(beat.body.vi))
            for formula in (r"\$[^$]*\$", r"`[^`]*`"):
                assert Counter(re.findall(formula, beat.body.en)) == Counter(
                    re.findall(formula, beat.body.vi)
                )

    def test_use_only_the_markup_that_the_page_knows(
        self, slug: str, preset: str, config: dict[str, Any]
    ) -> None:
        for beat in beats_of(slug, config):
            for body in (beat.body.en, beat.body.vi):
                rest = re.sub(r"\*\*[^*]+\*\*", "", MARKUP.sub("", body))
                assert not re.search(r"[{}$`*_\\]", rest), rest

    def test_write_no_number_that_the_engine_computes(
        self, slug: str, preset: str, config: dict[str, Any]
    ) -> None:
        for beat in beats_of(slug, config):
            for body in (beat.body.en, beat.body.vi):
                numbers = re.findall(r"[-−]?\d[\d./]*", MARKUP.sub("", body))
                assert {number.rstrip(".") for number in numbers} <= {"0", "1", "1/2"}, body

    def test_are_anchored_in_order_where_their_live_numbers_are_known(
        self, slug: str, preset: str, config: dict[str, Any]
    ) -> None:
        places = []
        for beat in beats_of(slug, config):
            assert beat.anchor is not None
            record = record_of(slug, beat.anchor.iteration, **config)
            step = anchored(record, beat)
            places.append((beat.anchor.iteration, step.index))
            for name, what in PLACEHOLDER.findall(beat.body.en):
                node = record.find(name)
                reached = (record.value_at if what == "value" else record.grad_at)(node, step.index)
                assert reached is not None, f"{beat.id}: {{{name}.{what}}} is not known at its step"
        assert places == sorted(places)

    def test_have_names_of_their_own(self, slug: str, preset: str, config: dict[str, Any]) -> None:
        names = [beat.id for beat in beats_of(slug, config)]
        assert len(set(names)) == len(names)


def texts(slug: str) -> list[Text]:
    lesson = LESSONS[slug]
    found = [lesson.title, lesson.summary, lesson.outcome]
    for preset in lesson.presets:
        found += [preset.title, preset.summary]
    return found + [field.title for field in lesson.fields]


@pytest.mark.parametrize("slug", LESSONS)
def test_titles_and_summaries_are_in_both_languages(slug: str) -> None:
    for text in texts(slug):
        assert text.en.strip()
        assert text.vi.strip()
    assert VIETNAMESE.search(LESSONS[slug].summary.vi)
    assert VIETNAMESE.search(LESSONS[slug].outcome.vi)


def test_presets_of_the_circuit_bring_their_own_beats() -> None:
    lesson = LESSONS["circuit"]
    for preset in lesson.presets:
        assert preset.beats == lesson.beats(lesson.Config.model_validate(preset.config))
    assert lesson.info().beats == lesson.presets[0].beats


def test_code_of_ones_own_gets_the_general_beats() -> None:
    lesson = LESSONS["circuit"]
    general = lesson.beats(lesson.Config(preset="custom"))
    assert lesson.beats(lesson.Config(preset="add-mul", code="x = 1\ny = x * x")) == general
    assert lesson.beats(lesson.Config(code="x = 1\ny = x * x")) == general
    assert lesson.beats(lesson.Config(preset="add-mul")) != general


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("slug", LESSONS)
def test_has_its_picture_on_the_start_page(slug: str, theme: str, language: str) -> None:
    stills = Path(__file__).parents[2] / "frontend" / "src" / "panels" / "start" / "stills"
    assert (stills / f"{slug}.{language}.{theme}.webp").is_file(), "make screenshots takes it"
