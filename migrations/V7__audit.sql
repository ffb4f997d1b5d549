-- What was done to accounts, by whom, and how it ended. Only ever added to. No foreign keys: an entry outlives what it
-- names; when a user is deleted, forget_user_in_audit takes the person out and leaves the deed.
CREATE TABLE audit (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Who did it; none for somebody unknown, for an operator at the command line, and for users who are gone.
    actor      uuid,
    action     text COLLATE "C" NOT NULL,
    -- Whose account it was done to.
    target     uuid,
    result     text COLLATE "C" NOT NULL CHECK (result IN ('done', 'refused')),
    -- What else is to be known: a role, a key's name, a reason. Never a secret, an e-mail or a body weight.
    detail     text,
    address    inet,
    request_id text COLLATE "C"
);
CREATE INDEX audit_actor ON audit (actor, id DESC);
CREATE INDEX audit_target ON audit (target, id DESC);
CREATE INDEX audit_addresses ON audit (at) WHERE address IS NOT NULL;

-- Guards against our own mistakes; the owner of the database can lift it.
CREATE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('repduel.audit_may_change', true) IS DISTINCT FROM 'yes' THEN
        RAISE EXCEPTION 'audit is append-only' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit();
CREATE FUNCTION refuse_truncation_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_is_not_truncated BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncation_of_audit();

CREATE FUNCTION blank_audit_addresses(before timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE blanked bigint;
BEGIN
    PERFORM set_config('repduel.audit_may_change', 'yes', true);
    UPDATE audit SET address = NULL WHERE at < before AND address IS NOT NULL;
    GET DIAGNOSTICS blanked = ROW_COUNT;
    PERFORM set_config('repduel.audit_may_change', 'no', true);
    RETURN blanked;
END
$$;

CREATE FUNCTION forget_user_in_audit(forgotten uuid) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE changed bigint;
BEGIN
    PERFORM set_config('repduel.audit_may_change', 'yes', true);
    UPDATE audit SET actor = nullif(actor, forgotten), target = nullif(target, forgotten), detail = NULL,
                     address = CASE WHEN actor = forgotten OR actor IS NULL THEN NULL ELSE address END
    WHERE actor = forgotten OR target = forgotten;
    GET DIAGNOSTICS changed = ROW_COUNT;
    PERFORM set_config('repduel.audit_may_change', 'no', true);
    RETURN changed;
END
$$;
