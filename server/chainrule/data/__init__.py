"""Data to learn from: pure functions of (rng, n, noise) that return arrays of the host.

``rng`` is a fresh generator of ``engine.random``, keyed by (seed, purpose, path, iteration); the same key gives the
same samples, bit for bit, and the first k samples of a larger set are the smaller set. Arrays are float32 unless
float64 is asked for, classes int64, images (n, channels, height, width) from 0 to 1.

| module | what it has |
| --- | --- |
| ``points``, ``features`` | sets on the plane, and what a network is given of a point |
| ``digits``, ``shapes`` | images with a class |
| ``streets`` | images with boxes |
| ``text`` | rhymes, their characters as numbers, windows |
| ``split`` | what is held out; the batch of an iteration |
| ``augment`` | images and boxes changed at random |
"""
