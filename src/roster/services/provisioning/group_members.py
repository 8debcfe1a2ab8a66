"""Who is put into a group and taken out: changes in order, folded into sets, written a set at a time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from roster.database import Session, core_of
from roster.errors import CIRCULAR_GROUPS, INVALID_VALUE, AppException
from roster.models import Actor, Group, Provider
from roster.repositories import core
from roster.scim.grammar import Filter
from roster.scim.patch import MemberChange
from roster.services.provisioning.keys import id_of

NAMED = 10
"""How many unknown members a failure names."""


def change(
    session: Session, actor: Actor, provider: Provider, group: Group, changes: Sequence[MemberChange], *, at: datetime
) -> None:
    """Make these changes, one after the other, to who is in a group that is locked.

    Unless the provider is strict, who is to be added by what can't be an id of ours is left out.

    What a filter finds depends on the changes before it, so these are written first; all others are folded.

    Raises:
        AppException: INVALID_VALUE: somebody to be added is not there; CIRCULAR_GROUPS.
    """
    writer = _Writer(core_of(session), actor, group.id, group.display_name, at, provider.strict)
    step = _Step()
    for one in changes:
        if one.filter is not None:
            writer.write(step)
            step = _Step(removed=writer.matching(one.filter))
        else:
            step.take(one)
    writer.write(step)
    writer.count()


@dataclass(slots=True)
class _Step:
    """What some changes come to: who has to be in, who out; and whether all others are out, too."""

    added: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    alone: bool = False

    def take(self, one: MemberChange) -> None:
        """Go on by one change."""
        given = {member.lower() for member in one.members}
        if one.kind == "add":
            self.added |= given
            self.removed -= given
        elif one.kind == "remove":
            self.removed |= given
            self.added -= given
        else:  # replace, clear
            self.added, self.removed, self.alone = given, set(), True


@dataclass(slots=True)
class _Writer:
    """Writes steps, in as many statements each however many members they have, and the events that tell of them."""

    connection: Connection
    actor: Actor
    group_id: UUID
    group_label: str
    at: datetime
    is_strict: bool
    has_changed: bool = False

    @property
    def organization_id(self) -> UUID:
        return self.actor.organization_id

    def matching(self, condition: Filter) -> set[str]:
        """Return whom a filter finds in the group, as it is now."""
        found = core.provisioned_groups.members_matching(
            self.connection, self.organization_id, self.group_id, condition
        )
        return {str(row.id) for row in found}

    def write(self, step: _Step) -> None:
        """Take out who goes, put in who comes.

        Raises:
            AppException: INVALID_VALUE, CIRCULAR_GROUPS.
        """
        users, groups = self._found(step.added)
        self._remove(self._going(step, {*users, *groups}))
        self._refuse_circles(groups)
        added = [
            *core.memberships.add_users(self.connection, self.organization_id, self.group_id, users, at=self.at),
            *core.memberships.add_groups(self.connection, self.organization_id, self.group_id, groups, at=self.at),
        ]
        labels = users | groups
        self._record("group.member_added", {key: labels[key] for key in added})

    def count(self) -> None:
        """Count the group's members on by one version, if anybody came or went."""
        if self.has_changed:
            core.groups.count_members_changed(self.connection, self.organization_id, self.group_id, at=self.at)

    def _found(self, members: Collection[str]) -> tuple[dict[UUID, str], dict[UUID, str]]:
        """What users and groups are called who are to be added; refuses those who are not there."""
        named = {member: id_of(member) for member in members}
        ids = {key for key in named.values() if key is not None}
        users = core.memberships.labels_of_users(self.connection, self.organization_id, ids) if ids else {}
        rest = ids - set(users)
        groups = core.memberships.labels_of_groups(self.connection, self.organization_id, rest) if rest else {}
        known = users | groups
        unknown = sorted(member for member, key in named.items() if key not in known and (key or self.is_strict))
        if unknown:
            told = [f"There is no user or group {member[:100]!r}." for member in unknown[:NAMED]]
            raise AppException(INVALID_VALUE, " ".join(told), fields={"members": told})
        return users, groups

    def _going(self, step: _Step, staying: Collection[UUID]) -> set[UUID]:
        if not step.alone:
            return {key for member in step.removed if (key := id_of(member)) is not None}
        users = core.memberships.user_ids(self.connection, self.organization_id, self.group_id)
        groups = core.memberships.group_ids(self.connection, self.organization_id, self.group_id)
        return {*users, *groups}.difference(staying)

    def _remove(self, ids: Collection[UUID]) -> None:
        if not ids:
            return
        place = (self.connection, self.organization_id)
        users = core.memberships.remove_users(*place, self.group_id, ids)
        groups = core.memberships.remove_groups(*place, self.group_id, ids)
        labels = core.memberships.labels_of_users(*place, users) | core.memberships.labels_of_groups(*place, groups)
        self._record("group.member_removed", {key: labels.get(key, "") for key in (*users, *groups)})

    def _refuse_circles(self, groups: Collection[UUID]) -> None:
        if groups:
            core.memberships.lock_nesting(self.connection, self.organization_id)
            if core.memberships.is_inside(self.connection, self.organization_id, self.group_id, groups):
                raise AppException(CIRCULAR_GROUPS)

    def _record(self, action: str, labels: Mapping[UUID, str]) -> None:
        core.events.record_each(
            self.connection,
            self.actor,
            action,
            subject_id=self.group_id,
            subject_label=self.group_label,
            objects=labels,
            at=self.at,
        )
        self.has_changed = self.has_changed or bool(labels)
