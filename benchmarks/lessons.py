"""Lessons that train for long, from nothing, as a page trains them: how well they do then, and how long it took."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx

from benchmarks.table import Row

TRAINED = {
    "convolution": (4_000, ("test_accuracy",)),
    "detection": (2_000, ("map50", "map50_95")),
    "next-token": (1_000, ("test_loss", "test_accuracy")),
    "vanishing-and-exploding": (300, ("plain/accuracy", "both/accuracy")),
}
"""By lesson: as many iterations, and the metrics that tell."""


def measure(address: str) -> Iterator[Row]:
    """Rows of the lessons that the service at ``address`` trains, each in a session of its own."""
    with httpx.Client(base_url=address, timeout=600) as client:
        for lesson, (iterations, metrics) in TRAINED.items():
            made = client.post("/api/sessions", json={"lesson": lesson, "seed": 7})
            made.raise_for_status()
            session = f"/api/sessions/{made.json()['id']}"
            # To the first step of the one after: what was measured last is then known.
            seek = {"type": "seek", "iteration": iterations, "step": 0}
            begun = time.perf_counter()
            client.post(f"{session}/commands", json=seek).raise_for_status()
            # What takes long is answered before it is done.
            while client.get(session).raise_for_status().json()["cursor"]["iteration"] < iterations:
                time.sleep(0.05)
            seconds = time.perf_counter() - begun
            told = client.get(session).raise_for_status().json()["metrics"]
            yield Row(f"{lesson}: {iterations} iterations", "s", seconds)
            for metric in metrics:
                yield Row(f"{lesson}: {metric} then", "", told[metric])
