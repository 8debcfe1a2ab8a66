"""What commands share: the time, who acts, and text that is checked like everywhere."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import click
from marshmallow import Schema, ValidationError
from marshmallow.fields import Field

from roster import services
from roster.models import Actor, Organization
from roster.schemas.fields.text import Text


def now() -> datetime:
    """Return the time a command counts from."""
    return datetime.now(UTC)


def actor(organization_id: UUID) -> Actor:
    """Return whom events name for the running command."""
    return Actor(organization_id, "command", click.get_current_context().command_path, "command")


def organization_of(slug: str) -> Organization:
    """Return the organization that `--organization` names.

    Raises:
        AppException: ORGANIZATION_NOT_FOUND.
    """
    return services.organizations.get_by_slug(checked(Text(), slug, "--organization"))


def every_organization() -> list[Organization]:
    """Return the organizations that there are, and those that can be restored."""
    return [*services.organizations.search(), *services.organizations.search_deleted()]


def checked(field: Field[Any], value: str, hint: str) -> Any:
    """Return the value as the field reads it.

    Raises:
        click.BadParameter: it is not valid.
    """
    try:
        return field.deserialize(value)
    except ValidationError as error:
        raise click.BadParameter(str(error.messages[0]), param_hint=hint) from None


def loaded(schema: Schema, values: Mapping[str, Any], **hints: str) -> dict[str, Any]:
    """Return the values as the schema reads them; each came as the option of its name, where no hint says otherwise.

    Raises:
        click.BadParameter: one of them is not valid.
    """
    try:
        result: dict[str, Any] = schema.load(values)
    except ValidationError as error:
        faults: dict[str, list[str]] = error.normalized_messages()  # type: ignore[no-untyped-call] # marshmallow's
        name = min(faults, key=list(values).index)
        raise click.BadParameter(
            str(faults[name][0]), param_hint=hints.get(name, f"--{name.replace('_', '-')}")
        ) from None
    return result
