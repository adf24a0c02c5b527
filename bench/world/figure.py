"""A figure that is not a ratio to nginx."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    what: str
    value: float
    unit: str
    most: float
    note: str = ""

    def met(self):
        return self.value <= self.most

    def __str__(self):
        return f"{self.what}: {self.value:.1f} {self.unit} (at most {self.most})"
