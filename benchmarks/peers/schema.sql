-- What the peers keep: people, their addresses, and an event for each change. Shared by all of them.
CREATE SCHEMA peers;

CREATE TABLE peers.person (
    id uuid PRIMARY KEY,
    user_name text NOT NULL,
    user_name_key text COLLATE "C" NOT NULL,
    display_name text NOT NULL,
    given_name text,
    family_name text,
    title text,
    department text,
    active boolean NOT NULL,
    external_id text,
    attributes jsonb NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz
);
CREATE UNIQUE INDEX uq_person_user_name_live ON peers.person (user_name_key) WHERE deleted_at IS NULL;
CREATE INDEX ix_person_created_at ON peers.person (created_at, id);
CREATE INDEX ix_person_updated_at ON peers.person (updated_at, id);
CREATE INDEX ix_person_external_id ON peers.person (external_id) WHERE deleted_at IS NULL;

CREATE TABLE peers.person_email (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES peers.person,
    position integer NOT NULL,
    value text NOT NULL,
    value_key text COLLATE "C" NOT NULL,
    type text,
    "primary" boolean NOT NULL,
    UNIQUE (person_id, position)
);
CREATE INDEX ix_person_email_value ON peers.person_email (value_key);

CREATE TABLE peers.person_event (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    action text NOT NULL,
    subject_id uuid NOT NULL,
    subject_label text NOT NULL,
    actor text NOT NULL,
    request_id text,
    changes jsonb NOT NULL
);
CREATE INDEX ix_person_event_subject ON peers.person_event (subject_id, id);
