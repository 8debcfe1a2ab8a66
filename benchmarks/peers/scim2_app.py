"""scim2-server as its package gives it, over its storage in memory.

Holds the first thousand people only, in each process: its lists walk over everybody, so more would be slower still.
Leaves out: a database, authentication, events, logs, metrics.
"""

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from scim2_models import ScimProvider
from scim2_server.applications.wsgi import WSGIApplication
from scim2_server.memory import InMemoryStorage
from scim2_server.service import ScimService
from scim2_server.utils import (
    load_default_resource_types,
    load_default_schemas,
    load_default_service_provider_config,
)

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness.people import FEW, Person

USER = "urn:ietf:params:scim:schemas:core:2.0:User"

provider = ScimProvider.from_discovery(
    load_default_schemas().values(),
    load_default_resource_types().values(),
    config=load_default_service_provider_config(),
)
storage = InMemoryStorage()
served = WSGIApplication(storage, provider, service=ScimService(provider, secret="only for benchmarks"))


def resource(person: Person) -> dict[str, Any]:
    """Return what SCIM says of a person: as much as Roster keeps of them."""
    return {
        "schemas": [USER],
        "id": str(person.id),
        "userName": person.user_name,
        "name": {"givenName": person.given.capitalize(), "familyName": person.family.capitalize()},
        "displayName": f"{person.given.capitalize()} {person.family.capitalize()}",
        "title": "Software Engineer",
        "active": True,
        "externalId": f"x{person.number}",
        "emails": [{"value": person.email, "primary": True}],
        "meta": {"resourceType": "User", "created": person.created_at, "lastModified": person.created_at},
    }


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Serve under /scim, as Roster does."""
    path = environ["PATH_INFO"].removeprefix("/scim")
    return served(environ | {"SCRIPT_NAME": "/scim", "PATH_INFO": path}, start_response)


def _fill() -> None:
    rows = int(os.environ["ROWS"])
    model = provider.model_for("User")
    storage.resources = [model.model_validate(resource(Person(number, rows))) for number in range(min(FEW, rows // 2))]


_fill()
