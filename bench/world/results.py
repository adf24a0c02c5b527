"""What a run found, as files: one line for each server and round, one for each figure beside the ratios, and one for each attack, server and round."""

import csv
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from .attacks import Besieged
from .figure import Figure
from .rounds import Sample

BENCH = Path(__file__).resolve().parents[1]
SAMPLES, FIGURES, BESIEGED = BENCH / "results.csv", BENCH / "figures.csv", BENCH / "attacks.csv"


@dataclass(frozen=True)
class Results:
    samples: list
    figures: list
    besieged: list

    def write(self):
        save(SAMPLES, Sample, self.samples)
        save(FIGURES, Figure, self.figures)
        save(BESIEGED, Besieged, self.besieged)

    def over(self, earlier):
        """These results, and of earlier ones what these do not have."""
        works, whats = {each.work for each in self.samples}, {each.what for each in self.figures}
        samples = [*(each for each in earlier.samples if each.work not in works), *self.samples]
        figures = [*(each for each in earlier.figures if each.what not in whats), *self.figures]
        return Results(samples, figures, self.besieged or earlier.besieged)

    @staticmethod
    def read():
        return Results(load(SAMPLES, Sample), load(FIGURES, Figure), load(BESIEGED, Besieged))


def save(path, kind, rows):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(kind)], lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: round(value, 3) if isinstance(value, float) else value for name, value in asdict(row).items()} for row in rows)


def load(path, kind):
    with open(path, newline="") as file:
        return [kind(**{field.name: field.type(row[field.name]) for field in fields(kind)}) for row in csv.DictReader(file)]
