"""Interleaved rounds: whatever else the machine does hits everybody alike."""

import statistics
from dataclasses import dataclass

from .processes import cpu_seconds


@dataclass(frozen=True)
class Sample:
    """What one server did in one round."""

    work: str
    server: str
    round: int
    requests: int
    rate: float
    cpu_us: float  # for a request


def measure(name, work, rounds, seconds, say):
    """Lets all contenders take turns; every other round goes backwards."""
    samples = []
    if work.warm_up:
        for contender in work.contenders:
            contender.load(seconds=1)
    for number in range(rounds):
        for contender in work.contenders[::-1 if number % 2 else 1]:
            contender.before()
            before = cpu_seconds(contender.pid())
            done = contender.load(seconds=seconds)
            spent = cpu_seconds(contender.pid()) - before
            samples.append(Sample(name, contender.name, number + 1, done.requests, done.rate, spent / done.requests * 1e6))
            say(f"{name:10} {number + 1}  {contender.name:20} {done.rate:9.0f} requests/s  {samples[-1].cpu_us:9.2f} µs CPU")
    return samples


@dataclass(frozen=True)
class Ratio:
    """A server's CPU time as a multiple of nginx's of the same round: the median, and the range of the rounds."""

    median: float
    least: float
    most: float


def ratio(samples, work, server, reference="nginx"):
    """None where it did not take part."""
    of = lambda name: {each.round: each.cpu_us for each in samples if (each.work, each.server) == (work, name)}
    own, theirs = of(server), of(reference)
    ratios = [own[number] / theirs[number] for number in own if number in theirs]
    return Ratio(statistics.median(ratios), min(ratios), max(ratios)) if ratios else None


def cpu(samples, work, server):
    """The median of its CPU time for a request, in microseconds."""
    return statistics.median(each.cpu_us for each in samples if (each.work, each.server) == (work, server))
