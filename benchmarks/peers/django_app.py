"""Django REST framework in one file: models, serializers, APIViews, the ORM, a transaction for each change.

Does the six works on `peers.person`: addresses by prefetch, a page by keyset, a search by prefix over user names and
addresses, `If-Match`, an event for each change in the same commit. A connection stays with its thread.
Leaves out: authentication, sessions, middleware, request ids, logs, metrics, limits, retries, deadlines.
"""

import os
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import django
from django.conf import settings

_address = urlsplit(os.environ["DATABASE_URL"])
settings.configure(
    SECRET_KEY="only for benchmarks",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["rest_framework"],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    APPEND_SLASH=False,
    USE_TZ=True,
    TIME_ZONE="UTC",
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _address.path[1:],
            "USER": _address.username,
            "HOST": parse_qs(_address.query)["host"][0],
            "PORT": "5432",
            "CONN_MAX_AGE": None,
            "OPTIONS": {"options": "-c search_path=peers"},
        }
    },
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
        "UNAUTHENTICATED_USER": None,
    },
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402 - settings come first
from django.db import models, transaction  # noqa: E402
from django.http import Http404  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework import serializers  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402
from uuid_utils.compat import uuid7  # noqa: E402


class Person(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7)
    user_name = models.TextField()
    user_name_key = models.TextField()
    display_name = models.TextField()
    given_name = models.TextField(null=True)
    family_name = models.TextField(null=True)
    title = models.TextField(null=True)
    department = models.TextField(null=True)
    active = models.BooleanField(default=True)
    external_id = models.TextField(null=True)
    attributes = models.JSONField(default=dict)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "bench"
        db_table = "person"
        managed = False

    @property
    def email(self) -> str | None:
        return next((email.value for email in self.emails.all() if email.primary), None)


class Email(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7)
    person = models.ForeignKey(Person, models.CASCADE, related_name="emails")
    position = models.IntegerField()
    value = models.TextField()
    value_key = models.TextField()
    type = models.TextField(null=True)
    primary = models.BooleanField(default=False)

    class Meta:
        app_label = "bench"
        db_table = "person_email"
        managed = False
        ordering = ("position",)


class Event(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7)
    at = models.DateTimeField()
    action = models.TextField()
    subject_id = models.UUIDField()
    subject_label = models.TextField()
    actor = models.TextField()
    request_id = models.TextField(null=True)
    changes = models.JSONField()

    class Meta:
        app_label = "bench"
        db_table = "person_event"
        managed = False


class EmailSerializer(serializers.ModelSerializer):
    class Meta:
        model = Email
        fields = ("value", "type", "primary")


class PersonSerializer(serializers.ModelSerializer):
    emails = EmailSerializer(many=True)
    email = serializers.CharField(read_only=True)

    class Meta:
        model = Person
        fields = (
            *("id", "user_name", "display_name", "given_name", "family_name", "email", "emails", "title", "department"),
            *("active", "external_id", "attributes", "created_at", "updated_at", "deleted_at", "version"),
        )
        read_only_fields = ("id", "created_at", "updated_at", "deleted_at", "version")


class ChangeSerializer(serializers.ModelSerializer):
    class Meta:
        model = Person
        fields = ("display_name", "given_name", "family_name", "title", "department", "active", "attributes")


class PeopleView(APIView):
    def get(self, request: Request) -> Response:
        limit, query = int(request.query_params.get("limit", 50)), request.query_params
        people = Person.objects.filter(deleted_at=None).prefetch_related("emails")
        if prefix := query.get("q", "").lower():
            people = people.filter(pk__in=named(prefix, limit + 1)).order_by("user_name_key")
        else:
            people = people.order_by("id")
            if "after" in query:
                people = people.filter(id__gt=UUID(query["after"]))
        found = list(people[: limit + 1])
        following = found[limit - 1].id if len(found) > limit else None
        return Response({"items": PersonSerializer(found[:limit], many=True).data, "next": following})

    def post(self, request: Request) -> Response:
        serializer = PersonSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        given, at = dict(serializer.validated_data), datetime.now(UTC)
        emails = given.pop("emails")
        with transaction.atomic():
            person = Person(**given, user_name_key=given["user_name"].lower(), created_at=at, updated_at=at)
            person.save(force_insert=True)
            Email.objects.bulk_create(
                Email(person=person, position=position, value_key=email["value"].lower(), **email)
                for position, email in enumerate(emails)
            )
            changes = {name: [None, value] for name, value in serializer.initial_data.items()}
            record(request, "user.created", person, changes, at)
        return answer(person, 201)


class PersonView(APIView):
    def get(self, _: Request, user_id: UUID) -> Response:
        return answer(live(Person.objects.prefetch_related("emails"), user_id))

    def patch(self, request: Request, user_id: UUID) -> Response:
        at = datetime.now(UTC)
        with transaction.atomic():
            person = live(Person.objects.select_for_update().prefetch_related("emails"), user_id)
            if request.headers.get("If-Match", "").strip('"') not in {"", str(person.version)}:
                return Response({"detail": "stale"}, 412)
            serializer = ChangeSerializer(person, data=request.data, partial=True)
            serializer.is_valid(raise_exception=True)
            given = serializer.validated_data
            changes = {
                name: [getattr(person, name), new] for name, new in given.items() if getattr(person, name) != new
            }
            person.version, person.updated_at = person.version + 1, at
            serializer.save()
            record(request, "user.changed", person, changes, at)
        return answer(person)

    def delete(self, request: Request, user_id: UUID) -> Response:
        at = datetime.now(UTC)
        with transaction.atomic():
            person = live(Person.objects.select_for_update(), user_id)
            person.deleted_at = person.updated_at = at
            person.version += 1
            person.save(update_fields=["deleted_at", "updated_at", "version"])
            record(request, "user.deleted", person, {}, at)
        return Response(status=204)


def named(prefix: str, limit: int) -> Any:
    """The ids of people whose user name or address begins so, by two scans of an index that end at the limit."""
    names = Person.objects.filter(user_name_key__startswith=prefix, deleted_at=None).order_by("user_name_key")
    emails = Email.objects.filter(value_key__startswith=prefix).order_by("value_key")
    return names.values("id")[:limit].union(emails.values("person_id")[:limit])


def live(people: Any, user_id: UUID) -> Person:
    try:
        return people.get(id=user_id, deleted_at=None)
    except Person.DoesNotExist:
        raise Http404 from None


def answer(person: Person, status: int = 200) -> Response:
    return Response(PersonSerializer(person).data, status, headers={"ETag": f'"{person.version}"'})


def record(request: Request, action: str, person: Person, changes: Any, at: datetime) -> None:
    Event(
        at=at,
        action=action,
        subject_id=person.id,
        subject_label=person.user_name,
        actor="bench",
        request_id=request.headers.get("X-Request-ID"),
        changes=changes,
    ).save(force_insert=True)


urlpatterns = [path("api/v1/users", PeopleView.as_view()), path("api/v1/users/<uuid:user_id>", PersonView.as_view())]
app = get_wsgi_application()
