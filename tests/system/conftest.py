"""What pytest finds here: the fixtures, and `scaled` for the tests' sizes."""

from fixtures import SCALE, deploy, rng, scaled, seed, stack, tell_the_seed

__all__ = ["SCALE", "deploy", "rng", "scaled", "seed", "stack", "tell_the_seed"]
