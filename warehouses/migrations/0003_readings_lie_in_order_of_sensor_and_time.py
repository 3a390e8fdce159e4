"""Readings lie in the order of their key: WITHOUT ROWID on SQLite, day partitions on PostgreSQL.

Every row is copied once. The foreign key to the sensor goes: checking it cost more than the insert
itself (4.2 of 6.7 µs a row, docs/decisions/0015), and `store` takes sensors from locked rows only.
"""

from django.conf import settings
from django.db import migrations, models
import django.db.models.deletion

CHECKS = """
  CONSTRAINT reading_centi_c_in_range CHECK (centi_c IS NULL OR (centi_c >= -10000 AND centi_c <= 10000)),
  CONSTRAINT reading_humidity_permille_in_range CHECK (
    humidity_permille IS NULL OR (humidity_permille >= 0 AND humidity_permille <= 1000)),
  PRIMARY KEY (sensor_id, measured_at)
"""
COLUMNS = "measured_at, centi_c, humidity_permille, received_at, flags, sensor_id"
MOVE = f"""
INSERT INTO warehouses_reading ({COLUMNS})
SELECT {COLUMNS} FROM warehouses_reading_before ORDER BY sensor_id, measured_at
"""
SQLITE_TABLE = f"""
CREATE TABLE warehouses_reading (
  measured_at datetime NOT NULL,
  centi_c smallint NOT NULL,
  humidity_permille smallint NULL,
  received_at datetime NOT NULL,
  flags smallint NOT NULL,
  sensor_id bigint NOT NULL,
  {CHECKS}
) WITHOUT ROWID
"""
POSTGRESQL_TABLE = f"""
CREATE TABLE warehouses_reading (
  measured_at timestamptz NOT NULL,
  centi_c smallint NOT NULL,
  humidity_permille smallint NULL,
  received_at timestamptz NOT NULL,
  flags smallint NOT NULL,
  sensor_id bigint NOT NULL,
  {CHECKS}
) PARTITION BY RANGE (measured_at);
CREATE INDEX reading_by_receipt ON warehouses_reading USING brin (received_at);
CREATE TABLE warehouses_reading_rest PARTITION OF warehouses_reading DEFAULT;
"""
# The application's role owns no table: these two run as the owner, and can do nothing but this.
ADD_DAY = """
CREATE FUNCTION warehouses_add_reading_day(day date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  name text := 'warehouses_reading_' || to_char(day, 'YYYYMMDD');
  low timestamptz := day::timestamp AT TIME ZONE 'UTC';
  high timestamptz := (day + 1)::timestamp AT TIME ZONE 'UTC';
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('warehouses_reading_days'));
  IF to_regclass('public.' || name) IS NOT NULL THEN
    RETURN false;
  END IF;
  -- Rows that came before their day had a place of its own move there.
  LOCK TABLE public.warehouses_reading_rest IN ACCESS EXCLUSIVE MODE;
  EXECUTE format(
    'CREATE TABLE public.%I (LIKE public.warehouses_reading INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
  EXECUTE format(
    'WITH moved AS (DELETE FROM public.warehouses_reading_rest
       WHERE measured_at >= %L AND measured_at < %L RETURNING *)
     INSERT INTO public.%I SELECT * FROM moved', low, high, name);
  EXECUTE format(
    'ALTER TABLE public.warehouses_reading ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
    name, low, high);
  RETURN true;
END $$;
"""
DROP_DAY = """
CREATE FUNCTION warehouses_drop_reading_day(day date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  name text := 'warehouses_reading_' || to_char(day, 'YYYYMMDD');
  is_used boolean;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('warehouses_reading_days'));
  IF to_regclass('public.' || name) IS NULL THEN
    RETURN false;
  END IF;
  EXECUTE format('LOCK TABLE public.%I IN ACCESS EXCLUSIVE MODE', name);
  EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO is_used;
  IF NOT is_used THEN
    EXECUTE format('DROP TABLE public.%I', name);
  END IF;
  RETURN NOT is_used;
END $$;
"""
RIGHTS = """
REVOKE ALL ON FUNCTION warehouses_add_reading_day(date), warehouses_drop_reading_day(date) FROM PUBLIC;
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
    GRANT SELECT, INSERT, UPDATE, DELETE ON warehouses_reading TO "{role}";
    GRANT EXECUTE ON FUNCTION warehouses_add_reading_day(date), warehouses_drop_reading_day(date) TO "{role}";
  END IF;
END $$;
"""
DAYS = """
SELECT count(warehouses_add_reading_day(day::date)) FROM (
  SELECT DISTINCT (measured_at AT TIME ZONE 'UTC')::date AS day FROM warehouses_reading_before
  UNION SELECT generate_series(current_date, current_date + 7, interval '1 day')
) AS days
"""


def lay_in_order(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        # Names of constraints and indexes are free again only when the old table is gone.
        schema_editor.execute("CREATE TEMPORARY TABLE warehouses_reading_before AS TABLE warehouses_reading")
        schema_editor.execute("DROP TABLE warehouses_reading")
        schema_editor.execute(POSTGRESQL_TABLE, params=None)
        schema_editor.execute(ADD_DAY, params=None)
        schema_editor.execute(DROP_DAY, params=None)
        role = settings.DATABASE_APP_ROLE.replace('"', "").replace("'", "")
        schema_editor.execute(RIGHTS.format(role=role), params=None)
        schema_editor.execute(DAYS, params=None)
        schema_editor.execute(MOVE, params=None)
        schema_editor.execute("DROP TABLE warehouses_reading_before")
    else:
        schema_editor.execute("ALTER TABLE warehouses_reading RENAME TO warehouses_reading_before")
        schema_editor.execute(SQLITE_TABLE, params=None)
        schema_editor.execute(MOVE, params=None)
        schema_editor.execute("DROP TABLE warehouses_reading_before")


class Migration(migrations.Migration):
    dependencies = [("warehouses", "0002_the_workflow_of_excursions_and_alarms")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(lay_in_order)],
            state_operations=[
                migrations.AlterField(
                    model_name="reading",
                    name="sensor",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="readings",
                        to="warehouses.sensor",
                    ),
                ),
            ],
        ),
    ]
