"""How many right guesses chance alone explains."""

from scipy.stats import poisson

FALSE_ALARM = 1e-6


def most_by_chance(mean: float) -> int:
    """Return the number of right guesses that chance exceeds once in a million runs.

    The fixed points of a random order are Poisson distributed with the mean 1, those of several
    orders together with their number as the mean. Three standard errors would fail an honest run
    of the suite once in some hundred runs; a link that a guesser can use makes most guesses right.
    """
    return int(poisson.isf(FALSE_ALARM, mean))
