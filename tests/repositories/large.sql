-- 100,000 people with an address and an event each, a group of half of them, and one of them with 5,000 events.
INSERT INTO organization (id, slug, name, search_key, created_at, updated_at)
VALUES (:organization, 'large', 'Large', 'large', now(), now());

CREATE TEMPORARY TABLE person ON COMMIT DROP AS
SELECT n, lpad(to_hex(n), 8, '0') || '-0000-7000-8000-000000000000' AS id,
       'g' || n % 2000 AS given, 'f' || n % 7919 AS family,
       'g' || n % 2000 || '.f' || n % 7919 || '.' || n AS user_name
FROM generate_series(1, 100000) n;

INSERT INTO "user" (
    organization_id, id, user_name, user_name_key, display_name, display_name_key, given_name, family_name, department,
    active, external_id, profile, profile_key, attributes, words, version, created_at, updated_at, deleted_at
)
SELECT :organization, id::uuid, user_name, user_name, upper(given) || ' ' || upper(family), given || ' ' || family,
       upper(given), upper(family), 'D' || n % 1000, n % 1000 <> 0, 'x' || n, '{}',
       jsonb_build_object(
           'name', jsonb_build_object('givenName', given, 'familyName', family),
           'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', jsonb_build_object('department', 'd' || n % 1000)
       ),
       jsonb_build_object('badge', n::text),
       array_to_tsvector(ARRAY[
           :mark || user_name || '@example.org', :mark || family || '.' || n || '@example.org',
           :mark || n || '@example.org', :mark || 'example.org', :mark || 'org'
       ]),
       1, timestamptz '2026-01-01Z' + n * interval '1 second', timestamptz '2026-02-01Z' + n * interval '1 second',
       CASE WHEN n % 1000 = 1 THEN now() END
FROM person;

INSERT INTO user_email (organization_id, user_id, position, value, value_key, "primary")
SELECT :organization, id::uuid, 0, user_name || '@example.org', user_name || '@example.org', true FROM person;

INSERT INTO event (
    organization_id, id, tx, at, actor_kind, actor_label, door, action, subject_id, subject_label, changes
)
SELECT :organization, gen_random_uuid(), (3 + n / 1000)::text::xid8, now(), 'cli', 'seed', 'cli', 'user.created',
       (CASE WHEN n % 20 = 0 THEN '00000007-0000-7000-8000-000000000000' ELSE id END)::uuid, user_name, '{}'
FROM person;

INSERT INTO "group" (
    organization_id, id, display_name, display_name_key, search_key, words, version, created_at, updated_at
)
SELECT :organization, id::uuid, 'Team ' || n, 'team ' || n, 'team ' || n || chr(10),
       array_to_tsvector(ARRAY[:mark || 'team', :mark || n]), 1, now(), now()
FROM person WHERE n <= 5000;

INSERT INTO membership (organization_id, group_id, user_id, created_at)
SELECT :organization, '00000001-0000-7000-8000-000000000000', id::uuid, now() FROM person WHERE n <= 50000
UNION ALL
SELECT :organization, (lpad(to_hex(2 + n % 4000), 8, '0') || '-0000-7000-8000-000000000000')::uuid, id::uuid, now()
FROM person;

INSERT INTO token (organization_id, id, kind, prefix, sha256, name, scopes, created_at)
SELECT :organization, id::uuid, 'api', 'p' || n, sha256(user_name::bytea), 'seed', '{}', now() FROM person WHERE n <= 5000
