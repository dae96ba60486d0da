"""What PostgreSQL holds true of sponsorships, whoever writes: the counts, the moves, what is signed or validated."""

import pgtrigger

from jeveuxagir.common.transitions import Transitions

from .enums import (
    BEFORE_SIGNING,
    COUNTED,
    DAYS,
    ENDED,
    KEPT_DAYS,
    MOST_A_DAY,
    SOMEBODY,
    TRANSITIONS,
    WORKING,
    ConventionState,
    DayState,
    Part,
    State,
)


def _quoted(states: tuple[State, ...] | tuple[DayState, ...]) -> str:
    return ", ".join(f"'{state.value}'" for state in states)


def _moves(table: Transitions) -> str:
    """The moves of a transition table, as SQL pairs."""
    pairs = {(str(source), target) for sources, target in table.table.values() for source in sources}
    return ", ".join(f"('{source}', '{target}')" for source, target in sorted(pairs))


def _still_kept(sponsorship: str) -> str:
    """SQL: whether this sponsorship's papers and days are not old enough to be deleted."""
    return (
        f"EXISTS (SELECT 1 FROM sponsorships_sponsorship WHERE id = {sponsorship} AND NOT ("  # noqa: S608
        f"state IN ({_quoted(ENDED)}) AND state_changed_at < now() - interval '{KEPT_DAYS} days'))"
    )


OF_SPONSORSHIPS = [
    pgtrigger.Trigger(
        name="a_counts_are_of_days",
        operation=pgtrigger.Update,
        when=pgtrigger.Before,
        func=f"""
                    -- written by the trigger of days alone, never by an UPDATE of this table
                    IF pg_trigger_depth() = 1 THEN
                        NEW.logged_minutes := OLD.logged_minutes;
                        NEW.validated_minutes := OLD.validated_minutes;
                    END IF;
                    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN ({_moves(TRANSITIONS)}) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'sponsorship_moves',
                            MESSAGE = 'a sponsorship does not move so';
                    END IF;
                    IF NEW.state NOT IN ({_quoted(BEFORE_SIGNING)}, '{State.DECLINED}') AND (
                        OLD.state IN ({_quoted(BEFORE_SIGNING)}) OR NEW.minutes <> OLD.minutes
                        OR NEW.day_minutes <> OLD.day_minutes OR NEW.starts_on <> OLD.starts_on
                        OR NEW.ends_on <> OLD.ends_on
                    ) AND NOT EXISTS (
                        SELECT 1 FROM sponsorships_convention
                        WHERE sponsorship_id = NEW.id AND state = '{ConventionState.IN_FORCE}'
                            AND minutes = NEW.minutes AND day_minutes = NEW.day_minutes
                            AND starts_on = NEW.starts_on AND ends_on = NEW.ends_on
                    ) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'sponsorship_as_its_convention',
                            MESSAGE = 'once signed, a sponsorship says what its convention in force says';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 (our own states)
    ),
    pgtrigger.Trigger(
        name="a_holds_of_offer",
        operation=pgtrigger.Insert | pgtrigger.Update,
        when=pgtrigger.Before,
        func=f"""
                    IF TG_OP = 'UPDATE' AND (NEW.offer_id <> OLD.offer_id OR NEW.need_id <> OLD.need_id) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'sponsorship_of_one_need_and_offer',
                            MESSAGE = 'a sponsorship keeps its need and its offer';
                    END IF;
                    NEW.held_minutes := CASE
                        WHEN NEW.state IN ('{State.DRAFTED}', '{State.DECLINED}') THEN 0
                        WHEN NEW.state IN ({_quoted(ENDED)}) THEN NEW.logged_minutes
                        ELSE NEW.minutes
                    END;
                    IF TG_OP = 'UPDATE' AND NEW.state = '{State.CLOSED}' AND OLD.state <> '{State.CLOSED}' THEN
                        IF NEW.logged_minutes <> NEW.validated_minutes THEN
                            RAISE EXCEPTION USING ERRCODE = 'check_violation',
                                CONSTRAINT = 'sponsorship_closed_without_waiting',
                                MESSAGE = 'days still wait for a validation';
                        END IF;
                        IF (SELECT count(*) FROM sponsorships_debrief WHERE sponsorship_id = NEW.id) < 2 THEN
                            RAISE EXCEPTION USING ERRCODE = 'check_violation',
                                CONSTRAINT = 'sponsorship_closed_after_debriefs',
                                MESSAGE = 'both sides debrief before closing';
                        END IF;
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 (our own states)
    ),
    pgtrigger.Trigger(
        name="b_counts_in_offer",
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.After,
        func="""
                    IF TG_OP = 'DELETE' THEN
                        UPDATE offers_offer SET committed_minutes = committed_minutes - OLD.held_minutes
                            WHERE id = OLD.offer_id AND OLD.held_minutes <> 0;
                    ELSIF TG_OP = 'INSERT' THEN
                        UPDATE offers_offer SET committed_minutes = committed_minutes + NEW.held_minutes
                            WHERE id = NEW.offer_id AND NEW.held_minutes <> 0;
                    ELSIF NEW.held_minutes <> OLD.held_minutes THEN
                        UPDATE offers_offer
                            SET committed_minutes = committed_minutes + NEW.held_minutes - OLD.held_minutes
                            WHERE id = NEW.offer_id;
                    END IF;
                    RETURN NULL;
                """,
    ),
]

OF_CONVENTIONS = [
    pgtrigger.Trigger(
        name="salt_and_rank_are_kept",
        operation=pgtrigger.UpdateOf("salt", "amendment"),
        when=pgtrigger.Before,
        condition=pgtrigger.Q(old__amendment__df=pgtrigger.F("new__amendment"))
        | (pgtrigger.Q(old__salt__df=pgtrigger.F("new__salt")) & ~pgtrigger.Q(new__salt="")),
        func="""
                    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'convention_keeps_its_salt',
                        MESSAGE = 'the salt and the rank of a convention are given once';
                """,
    ),
    pgtrigger.Trigger(
        name="signed_words_are_fixed",
        operation=pgtrigger.Update,
        when=pgtrigger.Before,
        func="""
                    IF (OLD.company_at IS NOT NULL OR OLD.association_at IS NOT NULL) AND (
                        NEW.sponsorship_id <> OLD.sponsorship_id OR NEW.number <> OLD.number
                        OR NEW.minutes <> OLD.minutes OR NEW.day_minutes <> OLD.day_minutes
                        OR NEW.starts_on <> OLD.starts_on OR NEW.ends_on <> OLD.ends_on
                        OR NEW.profile <> OLD.profile OR (NEW.summary <> OLD.summary AND NEW.forgotten_at IS NULL)
                        OR NEW.articles IS DISTINCT FROM OLD.articles OR NEW.text_hash <> OLD.text_hash
                        OR (OLD.company_at IS NOT NULL AND NEW.company_at IS DISTINCT FROM OLD.company_at)
                        OR (OLD.association_at IS NOT NULL
                            AND NEW.association_at IS DISTINCT FROM OLD.association_at)
                        OR (NEW.employee_name <> OLD.employee_name AND NEW.forgotten_at IS NULL
                            AND NOT (OLD.employee_id IS NOT NULL AND NEW.employee_id IS NULL))
                    ) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'convention_words_are_fixed',
                            MESSAGE = 'a signed convention does not change';
                    END IF;
                    RETURN NEW;
                """,
    ),
    pgtrigger.Trigger(
        name="signed_paper_is_kept",
        operation=pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func=f"""
                    IF TG_OP = 'DELETE' THEN
                        IF OLD.in_force_at IS NOT NULL AND {_still_kept("OLD.sponsorship_id")} THEN
                            RAISE EXCEPTION USING ERRCODE = 'check_violation',
                                CONSTRAINT = 'convention_words_are_fixed',
                                MESSAGE = 'a convention that was in force is kept';
                        END IF;
                        RETURN OLD;
                    END IF;
                    -- who signed and who comes may be forgotten, never replaced
                    IF (OLD.company_at IS NOT NULL AND (
                            NEW.company_by_id IS NOT NULL AND NEW.company_by_id IS DISTINCT FROM OLD.company_by_id
                            OR NEW.company_signatory NOT IN (OLD.company_signatory, '{SOMEBODY}')))
                        OR (OLD.association_at IS NOT NULL AND (
                            NEW.association_by_id IS NOT NULL
                                AND NEW.association_by_id IS DISTINCT FROM OLD.association_by_id
                            OR NEW.association_signatory NOT IN (OLD.association_signatory, '{SOMEBODY}')))
                        OR ((OLD.company_at IS NOT NULL OR OLD.association_at IS NOT NULL) AND (
                            NEW.employee_id IS NOT NULL AND NEW.employee_id IS DISTINCT FROM OLD.employee_id
                            OR NEW.employee_name NOT IN (OLD.employee_name, '{SOMEBODY}')))
                        OR (OLD.in_force_at IS NOT NULL AND (
                            NEW.in_force_at IS DISTINCT FROM OLD.in_force_at
                            OR NEW.state NOT IN (OLD.state, '{ConventionState.SUPERSEDED}')
                            OR NEW.state <> OLD.state AND OLD.state <> '{ConventionState.IN_FORCE}'))
                        OR (OLD.document_hash <> '' AND (
                            NEW.document_hash <> OLD.document_hash
                            OR NEW.document <> OLD.document AND NEW.document <> ''))
                    THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'convention_words_are_fixed',
                            MESSAGE = 'a signed convention does not change';
                    END IF;
                    -- who comes does not sign for whom they come to
                    IF NEW.association_by_id IS NOT NULL AND OLD.association_at IS NULL AND EXISTS (
                        SELECT 1 FROM accounts_user
                        WHERE id = NEW.association_by_id AND person_id = NEW.employee_id
                    ) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'convention_never_by_who_comes',
                            MESSAGE = 'who comes does not sign for the receiving side';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 (our own states)
    ),
]

OF_DAYS = [
    pgtrigger.Trigger(
        name="a_day_is_fixed",
        operation=pgtrigger.Insert | pgtrigger.Update,
        when=pgtrigger.Before,
        func=f"""
                    DECLARE
                        held sponsorships_sponsorship%ROWTYPE;
                    BEGIN
                    IF TG_OP = 'UPDATE' THEN
                        IF NEW.sponsorship_id <> OLD.sponsorship_id OR NEW.convention_id <> OLD.convention_id
                            OR NEW."on" <> OLD."on" OR NEW.part <> OLD.part OR NEW.minutes <> OLD.minutes
                            OR (NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN ({_moves(DAYS)}))
                            OR (OLD.state <> '{DayState.WAITING}' AND (
                                NEW.company_at IS DISTINCT FROM OLD.company_at
                                OR NEW.association_at IS DISTINCT FROM OLD.association_at
                                OR NEW.refused_side <> OLD.refused_side
                                OR NEW.refused_reason <> OLD.refused_reason))
                            OR (OLD.company_at IS NOT NULL AND (
                                NEW.company_at IS DISTINCT FROM OLD.company_at
                                OR NEW.company_by_id <> OLD.company_by_id
                                OR NEW.company_by_id IS NOT NULL AND OLD.company_by_id IS NULL))
                            OR (OLD.association_at IS NOT NULL AND (
                                NEW.association_at IS DISTINCT FROM OLD.association_at
                                OR NEW.association_by_id <> OLD.association_by_id
                                OR NEW.association_by_id IS NOT NULL AND OLD.association_by_id IS NULL)) THEN
                            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'day_is_fixed',
                                MESSAGE = 'a day noted does not change: it is corrected by another';
                        END IF;
                        IF (NEW.company_at IS NOT NULL AND OLD.company_at IS NULL AND NEW.company_by_id IS NULL)
                            OR (NEW.association_at IS NOT NULL AND OLD.association_at IS NULL
                                AND NEW.association_by_id IS NULL) THEN
                            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'day_validated_by_somebody',
                                MESSAGE = 'somebody validates a day';
                        END IF;
                        -- who validated was erased before the other side did: somebody else says it again
                        IF OLD.state = '{DayState.WAITING}' AND NEW.company_by_id IS NULL THEN
                            NEW.company_at := NULL;
                        END IF;
                        IF OLD.state = '{DayState.WAITING}' AND NEW.association_by_id IS NULL THEN
                            NEW.association_at := NULL;
                        END IF;
                        IF NEW.association_by_id IS NOT NULL AND OLD.association_at IS NULL AND EXISTS (
                            SELECT 1 FROM accounts_user AS account
                            JOIN sponsorships_convention AS convention ON convention.employee_id = account.person_id
                            WHERE account.id = NEW.association_by_id AND convention.id = NEW.convention_id
                        ) THEN
                            RAISE EXCEPTION USING ERRCODE = 'check_violation',
                                CONSTRAINT = 'day_never_by_who_worked',
                                MESSAGE = 'who worked that day does not validate it for the receiving side';
                        END IF;
                        IF NEW.state <> OLD.state AND EXISTS (
                            SELECT 1 FROM sponsorships_sponsorship
                            WHERE id = NEW.sponsorship_id AND state = '{State.CLOSED}'
                        ) THEN
                            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'day_after_closing',
                                MESSAGE = 'this sponsorship is closed';
                        END IF;
                        RETURN NEW;
                    END IF;
                    SELECT * INTO held FROM sponsorships_sponsorship WHERE id = NEW.sponsorship_id
                        FOR NO KEY UPDATE;
                    IF held.state NOT IN ({_quoted(WORKING)}) AND NEW.state = '{DayState.WAITING}' THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'day_after_closing',
                            MESSAGE = 'no day is noted before the convention is signed or after the end';
                    END IF;
                    IF NOT EXISTS (
                        SELECT 1 FROM sponsorships_convention
                        WHERE id = NEW.convention_id AND sponsorship_id = NEW.sponsorship_id
                            AND state IN ('{ConventionState.IN_FORCE}', '{ConventionState.SUPERSEDED}')
                            AND NEW."on" BETWEEN starts_on AND ends_on
                    ) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'day_within_convention',
                            MESSAGE = 'the date is outside the convention';
                    END IF;
                    -- one day ahead of Paris: New Caledonia wakes up first
                    IF NEW."on" > (now() AT TIME ZONE 'Europe/Paris')::date + 1 THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'day_never_ahead',
                            MESSAGE = 'a day is noted once worked';
                    END IF;
                    RETURN NEW;
                    END;
                """,  # noqa: S608 (our own states)
    ),
    pgtrigger.Trigger(
        name="a_day_begins_waiting",
        operation=pgtrigger.Insert,
        when=pgtrigger.Before,
        func=f"""
                    IF NEW.state <> '{DayState.WAITING}' OR NEW.association_at IS NOT NULL
                        OR (NEW.company_at IS NOT NULL) <> (NEW.company_by_id IS NOT NULL) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'day_begins_waiting',
                            MESSAGE = 'a day is noted first, then validated by both sides';
                    END IF;
                    RETURN NEW;
                """,
    ),
    pgtrigger.Trigger(
        name="a_day_of_one_person",
        operation=pgtrigger.Insert | pgtrigger.Update,
        when=pgtrigger.Before,
        func=f"""
                    DECLARE
                        who bigint;
                        named text;
                        employer bigint;
                        so_far integer;
                        taken boolean;
                        elsewhere boolean;
                    BEGIN
                    IF NEW.state NOT IN ({_quoted(COUNTED)})
                        OR (TG_OP = 'UPDATE' AND (NEW.state = OLD.state OR NEW.state <> '{DayState.VALIDATED}')) THEN
                        RETURN NEW;
                    END IF;
                    SELECT convention.employee_id, lower(f_unaccent(btrim(convention.employee_name))),
                            offer.organisation_id
                        INTO who, named, employer
                        FROM sponsorships_convention AS convention
                        JOIN sponsorships_sponsorship AS sponsorship ON sponsorship.id = convention.sponsorship_id
                        JOIN offers_offer AS offer ON offer.id = sponsorship.offer_id
                        WHERE convention.id = NEW.convention_id;
                    -- two sponsorships of one person, noted at once: one after the other, employer first
                    PERFORM pg_advisory_xact_lock(
                        hashtext('sponsorships.day.employer ' || employer), NEW."on" - date '2000-01-01');
                    IF who IS NOT NULL THEN
                        PERFORM pg_advisory_xact_lock(
                            hashtext('sponsorships.day.person ' || who), NEW."on" - date '2000-01-01');
                    END IF;
                    SELECT sum(day.minutes),
                            bool_or('{Part.WHOLE}' IN (day.part, NEW.part)
                                OR (day.part = NEW.part AND day.part <> '{Part.HOURS}')),
                            bool_or(day.sponsorship_id <> NEW.sponsorship_id)
                        INTO so_far, taken, elsewhere
                        FROM sponsorships_dayentry AS day
                        JOIN sponsorships_convention AS convention ON convention.id = day.convention_id
                        JOIN sponsorships_sponsorship AS sponsorship ON sponsorship.id = day.sponsorship_id
                        JOIN offers_offer AS offer ON offer.id = sponsorship.offer_id
                        WHERE day."on" = NEW."on" AND day.id <> NEW.id
                            AND (day.state = '{DayState.VALIDATED}'
                                OR TG_OP = 'INSERT' AND day.state = '{DayState.WAITING}')
                            AND (day.sponsorship_id = NEW.sponsorship_id OR convention.employee_id = who
                                OR (offer.organisation_id = employer AND named <> '{SOMEBODY}'
                                    AND (who IS NULL OR convention.employee_id IS NULL)
                                    AND lower(f_unaccent(btrim(convention.employee_name))) = named));
                    IF taken THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation',
                            CONSTRAINT = CASE WHEN elsewhere THEN 'day_of_one_person' ELSE 'day_once' END,
                            MESSAGE = 'this person already has this moment of this date';
                    END IF;
                    IF so_far + NEW.minutes > {MOST_A_DAY} THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'day_twelve_hours',
                            MESSAGE = 'more than twelve hours on one date';
                    END IF;
                    RETURN NEW;
                    END;
                """,  # noqa: S608 (our own states)
    ),
    pgtrigger.Trigger(
        name="a_validated_day_stays",
        operation=pgtrigger.Delete,
        when=pgtrigger.Before,
        func=f"""
                    IF OLD.state = '{DayState.VALIDATED}' AND {_still_kept("OLD.sponsorship_id")} THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'day_is_fixed',
                            MESSAGE = 'a validated day is kept as long as the statement counts it';
                    END IF;
                    RETURN OLD;
                """,
    ),
    pgtrigger.Trigger(
        name="b_day_counts",
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.After,
        func=f"""
                    DECLARE
                        logged integer := 0;
                        validated integer := 0;
                    BEGIN
                    IF TG_OP <> 'INSERT' THEN
                        logged := logged - CASE WHEN OLD.state IN ({_quoted(COUNTED)}) THEN OLD.minutes ELSE 0 END;
                        validated := validated
                            - CASE WHEN OLD.state = '{DayState.VALIDATED}' THEN OLD.minutes ELSE 0 END;
                    END IF;
                    IF TG_OP <> 'DELETE' THEN
                        logged := logged + CASE WHEN NEW.state IN ({_quoted(COUNTED)}) THEN NEW.minutes ELSE 0 END;
                        validated := validated
                            + CASE WHEN NEW.state = '{DayState.VALIDATED}' THEN NEW.minutes ELSE 0 END;
                    END IF;
                    IF logged <> 0 OR validated <> 0 THEN
                        UPDATE sponsorships_sponsorship
                            SET logged_minutes = logged_minutes + logged,
                                validated_minutes = validated_minutes + validated
                            WHERE id = COALESCE(NEW.sponsorship_id, OLD.sponsorship_id);
                    END IF;
                    RETURN NULL;
                    END;
                """,  # noqa: S608 (our own states)
    ),
]
