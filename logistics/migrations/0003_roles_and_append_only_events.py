"""The application role gets rows, never tables; an event, once written, changes only its sequence number."""

from django.conf import settings
from django.db import migrations

GRANTS = """
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') AND '{role}' <> current_user THEN
    GRANT USAGE ON SCHEMA public TO "{role}";
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "{role}";
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "{role}";
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "{role}";
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO "{role}";
    REVOKE UPDATE, DELETE, TRUNCATE ON logistics_event, logistics_eventreader FROM "{role}";
    GRANT UPDATE (seq) ON logistics_event TO "{role}";
  END IF;
END $$;
"""

COLUMNS = (
    "public_id", "name", "occurred_at", "recorded_at", "actor", "subject_kind", "subject_id", "payload",
)

POSTGRESQL_TRIGGER = """
CREATE FUNCTION logistics_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.{new}) IS DISTINCT FROM (OLD.{old}) THEN
    RAISE EXCEPTION 'an event is append-only';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER logistics_event_append_only BEFORE UPDATE ON logistics_event
  FOR EACH ROW EXECUTE FUNCTION logistics_event_is_append_only();
"""

SQLITE_TRIGGER = """
CREATE TRIGGER logistics_event_append_only BEFORE UPDATE OF {columns} ON logistics_event
WHEN {changed}
BEGIN SELECT RAISE(ABORT, 'an event is append-only'); END
"""


def protect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        role = settings.DATABASE_APP_ROLE.replace('"', "").replace("'", "")
        schema_editor.execute(GRANTS.format(role=role))
        row = lambda word: f"{word}." + f", {word}.".join(COLUMNS)  # noqa: E731
        schema_editor.execute(
            POSTGRESQL_TRIGGER.replace("NEW.{new}", f"ROW({row('NEW')})").replace("OLD.{old}", f"ROW({row('OLD')})")
        )
    else:
        changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in COLUMNS)
        schema_editor.execute(SQLITE_TRIGGER.format(columns=", ".join(COLUMNS), changed=changed))


def unprotect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER IF EXISTS logistics_event_append_only ON logistics_event")
        schema_editor.execute("DROP FUNCTION IF EXISTS logistics_event_is_append_only()")
    else:
        schema_editor.execute("DROP TRIGGER IF EXISTS logistics_event_append_only")


class Migration(migrations.Migration):
    dependencies = [("logistics", "0002_machine_client")]

    operations = [migrations.RunPython(protect, unprotect)]
