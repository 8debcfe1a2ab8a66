"""What a Core write made stale in a session is expired, so that the next look at it reads again."""

from collections.abc import Collection
from typing import Any

from sqlalchemy.orm import Mapper, object_mapper
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.orm.attributes import instance_state


def expire(session: OrmSession, tables: Collection[Any] | None, *, may_be_gone: bool = False) -> None:
    """Expire, in all loaded instances, the columns of these tables and the relations that lead to them; None for all.

    An expired column is read again when it is looked at; keys stay, as they don't change. An expired relation with
    `lazy="raise"` raises then: its repository must be asked again. Rows that PostgreSQL itself changed or deleted
    (ON DELETE CASCADE) are not known.
    """
    for instance in list(session.identity_map.values()):
        if stale := _stale(object_mapper(instance), tables):
            session.expire(instance, stale)
            if may_be_gone:
                instance_state(instance).expired = True  # so that `Session.get` looks whether it is there still


def _stale(mapper: Mapper[Any], tables: Collection[Any] | None) -> list[str]:
    keys = {mapper.get_property_by_column(column).key for column in mapper.primary_key}
    columns = [one.key for one in mapper.column_attrs if one.key not in keys] if _among(mapper.tables, tables) else []
    relations = [
        relation.key
        for relation in mapper.relationships
        if _among([*relation.mapper.tables, relation.secondary], tables)
    ]
    return columns + relations


def _among(own: Collection[Any], tables: Collection[Any] | None) -> bool:
    return tables is None or any(table in tables for table in own)
