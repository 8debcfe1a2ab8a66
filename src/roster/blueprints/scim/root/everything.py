"""Users and groups in one list, users first: what only one of them has finds nothing among the others."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from roster.blueprints.scim import groups, users
from roster.blueprints.scim.lists import Page, Question
from roster.errors import INVALID_CURSOR, AppException
from roster.scim.attributes import RESOURCE_TYPES, ResourceType
from roster.scim.grammar import And, AttributePath, Filter, Not, Or, Present, parse_sort, resolve

NOTHING = Not(Present(AttributePath(None, "id")))
"""A filter that finds nothing: every resource has an id."""


def found(question: Question) -> Page:
    """Return a page of all resources. A cursor begins with the list that it walks.

    Raises:
        AppException: INVALID_FILTER, INVALID_PATH: no resource has such an attribute; INVALID_CURSOR.
    """
    people, teams = (_among(kind.TYPE, question) for kind in (users, groups))
    if question.cursor is None:
        return _numbered(people, teams)
    kind, _, place = (question.cursor or "users.").partition(".")
    if kind not in {"users", "groups"}:
        raise AppException(INVALID_CURSOR)
    return _of_users(people, teams, place) if kind == "users" else _of_groups(people, teams, place)


def _numbered(people: Question, teams: Question) -> Page:
    first = users.search(people)
    rest = groups.search(
        replace(teams, start=max(1, teams.start - first.total), count=teams.count - len(first.resources))
    )
    return Page(first.resources + rest.resources, first.total + rest.total, people.start)


def _of_users(people: Question, teams: Question, place: str) -> Page:
    here, other = users.search(replace(people, cursor=place)), groups.search(_counted(teams))
    following = f"users.{here.next}" if here.next else "groups." if other.total else None
    return Page(here.resources, here.total + other.total, None, following)


def _of_groups(people: Question, teams: Question, place: str) -> Page:
    here, other = groups.search(replace(teams, cursor=place)), users.search(_counted(people))
    return Page(here.resources, here.total + other.total, None, here.next and f"groups.{here.next}")


def _counted(question: Question) -> Question:
    return replace(question, count=0, cursor=None)


def _among(resource_type: ResourceType, question: Question) -> Question:
    """What is asked for, as resources of this type understand it."""
    condition, sort_by = question.filter and _matching(resource_type, question.filter), question.sort_by
    is_sorted = sort_by is None or _is_known(lambda each: parse_sort(sort_by, each), resource_type)
    return replace(question, filter=condition, sort_by=sort_by if is_sorted else None)


def _matching(resource_type: ResourceType, condition: Filter) -> Filter:
    match condition:
        case And(left, right):
            return And(_matching(resource_type, left), _matching(resource_type, right))
        case Or(left, right):
            return Or(_matching(resource_type, left), _matching(resource_type, right))
        case Not(inner):
            return Not(_matching(resource_type, inner))
    return condition if _is_known(lambda each: resolve(condition, each), resource_type) else NOTHING


def _is_known(read: Callable[[ResourceType], Any], resource_type: ResourceType) -> bool:
    """Tell whether this can be read of resources of the type.

    Raises:
        AppException: what is wrong, where it can be read of no resource.
    """
    faults = {each.name: fault for each in RESOURCE_TYPES if (fault := _fault(read, each))}
    if len(faults) == len(RESOURCE_TYPES):
        raise faults[resource_type.name]
    return resource_type.name not in faults


def _fault(read: Callable[[ResourceType], Any], resource_type: ResourceType) -> AppException | None:
    try:
        read(resource_type)
    except AppException as error:
        return error
    return None
