"""Two-sample tests, written plainly: how likely two samples would lie so far apart if both came from one source. Samples of 30 and more."""

import math


def mann_whitney(one, other):
    """Two-sided p of the rank sum: do values of one lie above those of the other? Normal approximation, with the correction for ties."""
    ranked = sorted([(v, 0) for v in one] + [(v, 1) for v in other])
    n, m, total, rank_sum, ties, at = len(one), len(other), len(ranked), 0.0, 0, 0
    while at < total:
        end = at
        while end < total and ranked[end][0] == ranked[at][0]:
            end += 1
        rank_sum += sum((at + 1 + end) / 2 for _, sample in ranked[at:end] if sample == 0)
        ties += (end - at) ** 3 - (end - at)
        at = end
    spread = math.sqrt(n * m / 12 * (total + 1 - ties / (total * (total - 1))))
    return 1.0 if spread == 0 else math.erfc(abs(rank_sum - n * (total + 1) / 2) / spread / math.sqrt(2))


def kolmogorov_smirnov(one, other):
    """Two-sided p of the greatest distance between the two distribution functions: does anything of their shape differ? Asymptotic; ties make it larger."""
    n, m, distance, i, j = len(one), len(other), 0.0, 0, 0
    one, other = sorted(one), sorted(other)
    while i < n and j < m:
        value = min(one[i], other[j])
        while i < n and one[i] == value:
            i += 1
        while j < m and other[j] == value:
            j += 1
        distance = max(distance, abs(i / n - j / m))
    scaled = distance * math.sqrt(n * m / (n + m))
    return 1.0 if scaled < 0.3 else min(1.0, 2 * sum((-1) ** (k - 1) * math.exp(-2 * (k * scaled) ** 2) for k in range(1, 101)))


def p_value(one, other):
    """Of both tests together (Bonferroni)."""
    return min(1.0, 2 * mann_whitney(one, other), 2 * kolmogorov_smirnov(one, other))
