"""The families of units that share places of each grade, and their places as units come and go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from aggregation.appraisal.quota import places_by_family
from aggregation.model.facts import UNIT_GRADES, AppraisedUnit, Grade
from aggregation.scheme.parts import FamilyPlaces, UnitQuota
from aggregation.scheme.scheme import POOLED, Scheme


@dataclass(frozen=True, slots=True)
class Family:
    """Units that share places of each grade: a category, or categories that are pooled.

    ``no_third`` says that it is too small for a third grade.
    """

    name: str
    categories: tuple[str, ...]
    size: int
    places: Mapping[Grade, int]
    no_third: bool = False


def fitted_places(first: int, third: int, units: int) -> dict[Grade, int]:
    """Returns the places of a family that has ``units`` units now.

    Second takes the difference, then third, and first where nothing else is left.
    """
    first = min(first, units)
    third = min(third, units - first)
    return {Grade.FIRST: first, Grade.SECOND: units - first - third, Grade.THIRD: third}


def with_family_places(scheme: Scheme, units: Iterable[AppraisedUnit], year: int) -> Scheme:
    """Returns the scheme with the places of each family of these units, to be confirmed and locked.

    Third places that no family can take become second ones.
    """
    found = graded_families(_unlocked(scheme), units, year)
    families = {
        it.name: FamilyPlaces(first=it.places[Grade.FIRST], third=it.places[Grade.THIRD])
        for it in found
    }
    sums = {grade.value: sum(it.places[grade] for it in found) for grade in UNIT_GRADES}
    quota = scheme.unit_quota.model_copy(update={**sums, "families": families})
    return scheme.model_copy(update={"unit_quota": quota})


def graded_families(scheme: Scheme, units: Iterable[AppraisedUnit], year: int) -> list[Family]:
    """Returns the families of the units that are graded by quota, by name, with their places.

    Locked families stay as they were locked, and a category that was not has second places only.
    """
    graded = {name for name, it in scheme.categories.items() if it.graded_by == "quota"}
    counted = Counter(unit.category for unit in units if unit.category in graded)
    members: dict[str, list[str]] = {}
    for category in sorted(counted):
        members.setdefault(_family(scheme.unit_quota, category, counted), []).append(category)
    sizes = {name: sum(counted[one] for one in members[name]) for name in sorted(members)}
    quota = scheme.unit_quota
    small = {name for name in sizes if quota.small != "apart" and sizes[name] < quota.min_family}
    places = _locked_places(quota, sizes) if quota.families else _shared(scheme, sizes, small, year)
    return [
        Family(name, tuple(members[name]), size, places[name], name in small)
        for name, size in sizes.items()
    ]


def _family(quota: UnitQuota, category: str, counted: Mapping[str, int]) -> str:
    """Returns the family of a category; one small category has nothing to be pooled with."""
    if quota.families:
        pooled = category not in quota.families and POOLED in quota.families
        return POOLED if pooled else category
    small = [name for name, size in counted.items() if size < quota.min_family]
    pool = quota.small == "pool" and len(small) > 1
    return POOLED if pool and category in small else category


def _locked_places(quota: UnitQuota, sizes: Mapping[str, int]) -> dict[str, dict[Grade, int]]:
    none = FamilyPlaces(first=0, third=0)
    locked = {name: quota.families.get(name, none) for name in sizes}
    return {name: fitted_places(it.first, it.third, sizes[name]) for name, it in locked.items()}


def _shared(
    scheme: Scheme, sizes: Mapping[str, int], small: set[str], year: int
) -> dict[str, dict[Grade, int]]:
    quota = scheme.unit_quota
    counts = fitted_places(quota.first, quota.third, sum(sizes.values()))
    fitted = quota.model_copy(update={grade.value: count for grade, count in counts.items()})
    lots = None if quota.small == "apart" else _lots(scheme, sizes, year)
    return places_by_family(fitted, sizes, small, lots)


def _lots(scheme: Scheme, families: Iterable[str], year: int) -> dict[str, str]:
    """Returns each family's lot, which follows from the rules alone and is public before a ballot.

    It is SHA-256 of ``<digest of the scheme without families>/<year>/<family>/places``.
    """
    digest = _unlocked(scheme).digest
    return {
        name: sha256(f"{digest}/{year}/{name}/places".encode()).hexdigest() for name in families
    }


def _unlocked(scheme: Scheme) -> Scheme:
    quota = scheme.unit_quota.model_copy(update={"families": {}})
    return scheme.model_copy(update={"unit_quota": quota})
