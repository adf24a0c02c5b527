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

    def __str__(self):
        return f"{self.work:10} {self.round:2}  {self.server:20} {self.rate:9.0f} requests/s  {self.cpu_us:9.2f} µs CPU"


def measure(world, works, rounds, seconds, attempt, say):
    """Samples of these works, by name. In each round every work has its turn, and in it every contender; every other round goes backwards. So
    minutes in which the machine is slow are no work's alone. What a work does is for `attempt` to do, which says whether it did not fail."""
    running, samples = {}, []

    def begin(name):
        running[name] = works[name](world)
        if running[name].warm_up:
            for contender in running[name].contenders:
                contender.load(seconds=1)

    def turns(name, number):
        for turn in range(running[name].times):
            for sample in one_round(name, running[name], number * running[name].times + turn, seconds):
                say(sample)
                samples.append(sample)

    begun = [name for name in works if attempt(name, lambda: begin(name))]
    for number in range(rounds):
        for name in backwards_if_odd(number, begun):
            attempt(name, lambda: turns(name, number))
    return samples


def one_round(name, work, number, seconds):
    for contender in backwards_if_odd(number, work.contenders):
        contender.before()
        before = cpu_seconds(contender.pid())
        done = contender.load(seconds=seconds)
        spent = cpu_seconds(contender.pid()) - before
        yield Sample(name, contender.name, number + 1, done.requests, done.rate, spent / done.requests * 1e6)


def backwards_if_odd(number, those):
    return those[::-1] if number % 2 else those


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
