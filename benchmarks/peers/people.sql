-- The people that `stage` holds, as the peers keep them; the same names, addresses and attributes as Roster's.
INSERT INTO peers.person
SELECT id, given || '.' || family || '.' || number, given || '.' || family || '.' || number,
       initcap(given) || ' ' || initcap(family), initcap(given), initcap(family), 'Software Engineer', 'Engineering',
       true, 'x' || number, jsonb_build_object('office', 'Bristol', 'employee_number', number), 1,
       created_at, created_at, NULL
FROM stage;

INSERT INTO peers.person_email
SELECT event_id, id, 0, given || '.' || family || '.' || number || '@bench.example',
       given || '.' || family || '.' || number || '@bench.example', NULL, true
FROM stage;

INSERT INTO peers.person_event
SELECT event_id, created_at, 'user.created', id, given || '.' || family || '.' || number, 'bench', NULL,
       jsonb_build_object('user_name', jsonb_build_array(NULL, given || '.' || family || '.' || number))
FROM stage;
