"""A user as SCIM shows them: the JSON, made by PostgreSQL itself.

One text is fetched of each user in place of a column for each attribute and an object for each value. `concat` leaves
out what is NULL, as SCIM does what has no value (RFC 7643 §2.5). `scim.user_values` says the same in Python, of users
who are written; a test compares the two.
"""

from sqlalchemy import ColumnElement, String, func, literal_column

from roster.models.base import NAME_LENGTH
from roster.repositories.core.terms.moments import written
from roster.scim.attributes import ENTERPRISE_URN, USER, USER_URN
from roster.scim.document import HERE
from roster.scim.user_values import IN_COLUMNS, NAMES, UNASSIGNED

WHITE = "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""What Python strips from a text."""


def document(groups: ColumnElement[str] | None) -> ColumnElement[str]:
    """Return the JSON of a row of `user`, with HERE in its addresses.

    Args:
        groups: the items of the list of their groups, NULL where they have none; None leaves groups out.
    """
    opened, closed = (literal_column(each, String) for each in ("""',"groups":['""", "']'"))
    listed = [] if groups is None else [opened + groups + closed]
    return func.concat(literal_column(_MEMBERS), *listed, literal_column(_META))


def _member(name: str, value: str) -> str:
    """A member of an object; NULL where it has no value."""
    return f"""'"{name}":' || to_json({value})"""


def _rest(value: str, *names: str) -> str:
    """The members of an object but for those of these names; NULL where there are no others."""
    return f"""nullif(left(substr(({value} - '{{{",".join(names)}}}'::text[])::text, 2), -1), '')"""


def _moment(column: str) -> str:
    return f"""'"' || {written(column)} || '"'"""


_UNSAID = f"profile -> '{UNASSIGNED}'"
_FOLLOWING = f"""rtrim(left(coalesce(nullif(
    concat_ws(' ', nullif(given_name, ''), nullif(family_name, '')), ''), user_name), {NAME_LENGTH}), '{WHITE}')"""
"""What `models.user.default_display_name` returns."""
_CHOSEN = (
    f"""CASE WHEN display_name <> {_FOLLOWING} OR display_name = profile ->> 'displayName' THEN display_name END"""
)

_NAME = f"""nullif(concat_ws(',',
    {_member("givenName", "given_name")}, {_member("familyName", "family_name")},
    {_rest("(profile -> 'name')", *NAMES.values())}
), '')"""
_EMAILS = f"""(
    SELECT string_agg(concat(
        '{{', {_member("value", "value")}, ',' || {_member("type", "type")}, ',' || {_member("display", "display")},
        CASE WHEN "primary" THEN ',"primary":true'
             WHEN {_UNSAID} ? concat('emails[', position, '].primary') THEN NULL ELSE ',"primary":false' END,
        '}}'
    ), ',' ORDER BY position)
    FROM user_email WHERE user_email.organization_id = "user".organization_id AND user_email.user_id = "user".id
)"""  # noqa: S608 - our own words
_ENTERPRISE = f"""nullif(concat_ws(',',
    {_rest(f"(profile -> '{ENTERPRISE_URN}')", "department", "manager")}, {_member("department", "department")},
    '"manager":{{"value":' || (profile #> '{{{ENTERPRISE_URN},manager,value}}')::text || coalesce(
        CASE WHEN manager_id IS NOT NULL THEN (
            SELECT concat(
                ',"$ref":"{HERE}{USER.endpoint}/', id, '"',
                ',' || {_member("displayName", "nullif(nullif(display_name, user_name), '')")}
            )
            FROM "user" manager
            WHERE organization_id = "user".organization_id AND id = "user".manager_id AND deleted_at IS NULL
        ) END, ''
    ) || '}}'
), '')"""  # noqa: S608
"""A manager who is one of our users has an address, and a name unless it is the one that they sign in with."""

_IS_ENTERPRISE = f"department IS NOT NULL OR profile -> '{ENTERPRISE_URN}' <> '{{}}'"

_MEMBERS = f"""concat(
    '{{"schemas":["{USER_URN}"', CASE WHEN {_IS_ENTERPRISE} THEN ',"{ENTERPRISE_URN}"' END,
    '],"id":"', "user".id, '",', {_member("userName", "user_name")}, ',' || {_member("externalId", "external_id")},
    ',"name":{{' || {_NAME} || '}}', ',' || {_member("displayName", _CHOSEN)}, ',' || {_member("title", "title")},
    ',' || {_rest("profile", *sorted(IN_COLUMNS), "displayName")},
    CASE WHEN {_UNSAID} ? CASE WHEN active THEN 'active' ELSE 'suspended' END THEN NULL
         ELSE ',' || {_member("active", "active")} END,
    ',"emails":[' || {_EMAILS} || ']', ',"{ENTERPRISE_URN}":{{' || {_ENTERPRISE} || '}}'
)"""
_META = f"""concat(
    ',"meta":{{"resourceType":"{USER.name}","created":', {_moment("created_at")},
    ',"lastModified":', {_moment("updated_at")}, ',"location":"{HERE}{USER.endpoint}/', "user".id,
    '","version":"W/\\"', version, '\\""}}}}'
)"""
