"""The order of a bulk request: which operation is next, and when it is enough (RFC 7644 §3.7)."""

from collections.abc import Sequence
from typing import Any

from flask import Response
from werkzeug.exceptions import Conflict

from roster.blueprints.scim.bulk.operations import Operation
from roster.blueprints.scim.bulk.performance import perform, result, told
from roster.blueprints.scim.bulk.references import filled, references, without
from roster.errors import CIRCULAR_GROUPS, INVALID_VALUE, AppException


class Job:
    """Operations, done in order; one that refers to what a later one creates waits for it.

    Where some wait for each other, one is created without what it refers to, and completed at the end.
    """

    def __init__(self, operations: Sequence[Operation], limit: int | None) -> None:
        self._limit = limit
        self._waiting = dict(enumerate(operations))
        self._incomplete: dict[int, Operation] = {}
        self._named = {each.creates for each in operations if each.creates}
        self._to_come = set(self._named)
        self._created: dict[str, str] = {}
        self._lost: set[str] = set()
        self._results: dict[int, dict[str, Any]] = {}
        self._failures = 0

    def run(self) -> list[dict[str, Any]]:
        """Do what can be done, until it is done or too much has failed; return what became of each, in order."""
        while self._waiting and not self._is_over:
            if not self._pass():
                self._untie()
        for place, operation in self._incomplete.items():
            self._complete(place, operation)
        return [self._results[place] for place in sorted(self._results)]

    @property
    def _is_over(self) -> bool:
        return self._limit is not None and self._failures >= self._limit

    def _pass(self) -> int:
        """Do those that wait for nothing any more; return how many these were."""
        done = 0
        for place, operation in list(self._waiting.items()):
            if not self._is_over and not self._awaited(operation):
                self._do(place, self._waiting.pop(place))
                done += 1
        return done

    def _untie(self) -> None:
        """Create one without what refers to others that wait, so that these can go on."""
        place = next(place for place, operation in self._waiting.items() if operation.creates)
        self._incomplete[place] = operation = self._waiting.pop(place)
        self._do(place, Operation(without(operation.given, self._awaited(operation))))

    def _complete(self, place: int, operation: Operation) -> None:
        """Give what was created incomplete what it still lacks; where that can't be, it is not created at all."""
        if (created := self._created.get(operation.creates or "")) is None:
            return
        address = f"{operation.path}/{created}"
        response = told(lambda: self._completed({"method": "PUT", "path": address, "data": operation.data}))
        if response.status_code < 400:
            self._results[place]["version"] = response.headers["ETag"]
        else:
            told(lambda: perform(Operation({"method": "DELETE", "path": address})))
            self._results[place] = result(operation, response)

    def _completed(self, given: dict[str, Any]) -> Response:
        """A circle of groups is what can't be resolved: that is a conflict (RFC 7644 §3.7.1)."""
        try:
            return perform(self._filled(given))
        except AppException as error:
            if error.error is not CIRCULAR_GROUPS:
                raise
            raise Conflict(error.message) from error

    def _do(self, place: int, operation: Operation) -> None:
        response = told(lambda: self._performed(operation))
        self._results[place] = result(self._filled(operation.given), response)
        is_failed = response.status_code >= 400
        self._failures += is_failed
        if name := operation.creates:
            self._to_come.discard(name)
            if is_failed:
                self._lost.add(name)
            else:
                self._created[name] = response.headers["Location"].rpartition("/")[2]

    def _performed(self, operation: Operation) -> Response:
        if operation.creates in self._created:
            raise AppException(INVALID_VALUE, "Another operation has this bulkId.")
        named = references(operation.given)
        if unknown := named - self._named:
            raise AppException(INVALID_VALUE, f"No operation of this request creates bulkId:{min(unknown)}.")
        if lost := named & self._lost:
            raise Conflict(f"bulkId:{min(lost)} was not created.")
        return perform(self._filled(operation.given))

    def _awaited(self, operation: Operation) -> set[str]:
        return references(operation.given) & self._to_come

    def _filled(self, given: Any) -> Operation:
        return Operation(filled(given, self._created))
