"""Extensions, SQL functions and the French search configuration that every app may use."""

from django.contrib.postgres.operations import CreateExtension, TrigramExtension, UnaccentExtension
from django.db import migrations

# Every name is qualified: the functions also run with the empty search path of a restore or a vacuum.
F_UNACCENT = """
CREATE FUNCTION f_unaccent(text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT public.unaccent('public.unaccent', $1) $$;
"""

# Distances: a point is a cube in kilometres on a sphere, so that a GiST index finds what lies around.
F_EARTH = """
CREATE FUNCTION f_earth(latitude double precision, longitude double precision) RETURNS cube
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT public.cube(ARRAY[
    6371.0088 * cos(radians($1)) * cos(radians($2)),
    6371.0088 * cos(radians($1)) * sin(radians($2)),
    6371.0088 * sin(radians($1))
]::double precision[]) $$;
"""
F_EARTH_BOX = """
CREATE FUNCTION f_earth_box(latitude double precision, longitude double precision, km double precision) RETURNS cube
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT public.cube_enlarge(
    public.f_earth($1, $2),
    2 * 6371.0088 * sin(least(greatest($3, 0) / (2 * 6371.0088), pi() / 2)) + 0.001,
    3
) $$;
"""
F_DISTANCE_KM = """
CREATE FUNCTION f_distance_km(
    latitude1 double precision, longitude1 double precision, latitude2 double precision, longitude2 double precision
) RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT 2 * 6371.0088 * asin(least(1, sqrt(
    power(sin(radians($3 - $1) / 2), 2)
    + cos(radians($1)) * cos(radians($3)) * power(sin(radians($4 - $2) / 2), 2)
))) $$;
"""

CONFIGURATION = """
CREATE TEXT SEARCH CONFIGURATION french_unaccent (COPY = pg_catalog.french);
ALTER TEXT SEARCH CONFIGURATION french_unaccent
    ALTER MAPPING FOR word, hword, hword_part WITH unaccent, french_stem;
"""

# Word families that the French stemmer leaves apart, joined when a query is read: no dictionary file needed.
F_FRENCH_QUERY = """
CREATE FUNCTION f_french_query(typed text) RETURNS tsquery
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    family text[];
    families constant text[] := ARRAY[
        ['benevole', 'benevolat'],
        ['solidaire', 'solidarite'],
        ['citoyen', 'citoyennete'],
        ['jeune', 'jeunesse'],
        ['enfant', 'enfance'],
        ['ecole', 'scolaire'],
        ['mecene', 'mecenat']
    ];
    a tsquery;
    b tsquery;
    result tsquery := websearch_to_tsquery('public.french_unaccent', typed);
BEGIN
    FOREACH family SLICE 1 IN ARRAY families LOOP
        a := to_tsquery('public.french_unaccent', family[1]);
        b := to_tsquery('public.french_unaccent', family[2]);
        IF result @> a THEN
            result := ts_rewrite(result, a, a || b);
        ELSIF result @> b THEN
            result := ts_rewrite(result, b, a || b);
        END IF;
    END LOOP;
    RETURN result;
END
$$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        UnaccentExtension(),
        TrigramExtension(),
        CreateExtension("cube"),
        migrations.RunSQL(F_UNACCENT, "DROP FUNCTION f_unaccent(text)"),
        migrations.RunSQL(F_EARTH, "DROP FUNCTION f_earth(double precision, double precision)"),
        migrations.RunSQL(
            F_EARTH_BOX, "DROP FUNCTION f_earth_box(double precision, double precision, double precision)"
        ),
        migrations.RunSQL(
            F_DISTANCE_KM,
            "DROP FUNCTION f_distance_km(double precision, double precision, double precision, double precision)",
        ),
        migrations.RunSQL(CONFIGURATION, "DROP TEXT SEARCH CONFIGURATION french_unaccent"),
        migrations.RunSQL(F_FRENCH_QUERY, "DROP FUNCTION f_french_query(text)"),
    ]
