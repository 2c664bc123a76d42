"""What is in the store's file, and how it came there step by step."""

from __future__ import annotations

from finetop.store.roster_schema import ROSTER

MIGRATIONS = (
    """
    create table meta (name text primary key, value text not null) strict, without rowid;
    create table clock (n integer not null) strict;
    insert into clock values (1);
    create table account (
        id integer primary key,
        dialect text not null,
        base_url text not null,
        organization text not null,
        project text not null,
        key_hash text not null,
        unique (dialect, base_url, organization, project, key_hash)
    ) strict;
    create table contact (
        account integer primary key references account,
        state text not null,
        message text not null,
        failures integer not null,
        last_ok_at real,
        poller text not null
    ) strict;
    create table job (
        account integer not null references account,
        id text not null,
        seq integer not null,
        asked integer not null,
        status text not null,
        created_at real,
        form text not null,
        raw blob not null,
        started_at real,
        step integer,
        total_steps integer,
        epoch real,
        train_loss real,
        valid_loss real,
        first_step integer,
        first_step_at real,
        last_step_at real,
        primary key (account, id)
    ) strict, without rowid;
    create index job_seq on job (seq);
    create table event (
        rowid integer primary key,
        account integer not null,
        job text not null,
        id text not null,
        created_at real,
        level text not null,
        type text not null,
        message text not null,
        data text not null,
        unique (account, job, id)
    ) strict;
    create index event_job on event (account, job, rowid);
    create table metric (
        account integer not null,
        job text not null,
        step integer not null,
        epoch real,
        train_loss real,
        valid_loss real,
        full_valid_loss real,
        train_accuracy real,
        valid_accuracy real,
        full_valid_accuracy real,
        rate real,
        primary key (account, job, step)
    ) strict, without rowid;
    create table checkpoint (
        account integer not null,
        job text not null,
        id text not null,
        step integer,
        form text not null,
        primary key (account, job, id)
    ) strict, without rowid;
    create table file (
        account integer not null,
        id text not null,
        sha256 text,
        form text not null,
        primary key (account, id)
    ) strict, without rowid;
    create table model (
        account integer not null,
        id text not null,
        form text not null,
        primary key (account, id)
    ) strict, without rowid;
    create table wish (
        account integer not null,
        kind text not null,
        job text not null,
        primary key (account, kind, job)
    ) strict, without rowid;
    create table intent (
        uuid text primary key,
        account integer not null references account,
        kind text not null,
        state text not null,
        seq integer not null,
        request text not null,
        name text not null,
        model text not null,
        file text not null,
        written_at real not null,
        sent_at real,
        job text,
        message text not null
    ) strict, without rowid;
    create unique index intent_sent on intent (account, model, file) where kind = 'create' and state = 'sent';
    create unique index intent_claim on intent (account, job) where kind = 'create' and job is not null;
    create index intent_seq on intent (seq);
    """,
    """
    alter table job add column whole integer not null default 0;
    alter table job add column gone integer not null default 0;
    alter table intent add column owner text not null default '';
    create index job_status on job (account, status);
    create index intent_file on intent (account, kind, file);
    """,
    """
    create index job_incomplete on job (account, created_at) where not whole and not gone
        and status in ('succeeded', 'failed', 'cancelled');
    """,
    """
    alter table job add column said text not null default '{}';
    """,
    """
    create table unable (
        account integer not null references account,
        action text not null,
        since real not null,
        primary key (account, action)
    ) strict, without rowid;
    """,
    """
    alter table metric add column more text;
    alter table job add column step_s real;
    alter table job add column left_s real;
    """,
    """
    drop index job_incomplete;
    create index job_incomplete on job (account, created_at) where not whole and not gone
        and status in ('succeeded', 'failed', 'cancelled', 'paused');
    """,
    """
    alter table job add column was text;
    alter table job add column turned integer not null default 0;
    alter table job add column turned_at real;
    create index job_turned on job (turned);
    alter table account add column since real not null default 0;
    update account set since = cast(strftime('%s', 'now') as real);
    alter table account add column judged integer not null default 0;
    alter table account add column seen integer;
    create table watch (
        account integer not null references account,
        job text not null,
        wanted integer not null,
        primary key (account, job)
    ) strict, without rowid;
    create table alert (
        id integer primary key,
        account integer not null references account,
        job text not null,
        event text not null,
        turn integer not null,
        raised_at real not null,
        facts text not null,
        unique (account, job, event, turn)
    ) strict;
    create table delivery (
        alert integer not null references alert,
        way text not null,
        seq integer not null,
        state text not null,
        tries integer not null,
        next_at real not null,
        message text not null,
        owner text not null,
        primary key (alert, way)
    ) strict, without rowid;
    create index delivery_seq on delivery (seq);
    create index delivery_open on delivery (next_at) where state in ('due', 'sending');
    """,
    """
    create table pacing (
        account integer primary key references account,
        pace_s real,
        paused integer not null
    ) strict;
    create table kept (
        account integer not null references account,
        file text not null,
        job text not null,
        path text not null,
        size_bytes integer,
        sha256 text,
        tried_at real not null,
        problem text not null,
        primary key (account, file)
    ) strict, without rowid;
    """,
    """
    alter table job add column ends_at real;
    create index job_ends on job (ends_at) where ends_at is not null;
    """,
    """
    create index job_created on job (account, created_at desc);
    """,
    """
    alter table contact add column requests_left integer;
    alter table contact add column requests_limit integer;
    """,
    """
    alter table account add column edition text not null default '';
    """,
    """
    create table profile (
        name text primary key,
        account integer not null references account
    ) strict, without rowid;
    """,
    """
    create table asked (
        id integer primary key,
        account integer not null references account,
        who text not null,
        at real not null,
        took_s real not null,
        method text not null,
        path text not null,
        status integer,
        request_id text not null,
        said text not null
    ) strict;
    """,
    """
    alter table file add column gone integer not null default 0;
    create table listed (
        account integer not null references account,
        what text not null,
        at real not null,
        primary key (account, what)
    ) strict, without rowid;
    """,
    """
    create table sighting (
        account integer not null,
        job text not null,
        seq integer not null,
        at real not null,
        since real,
        status text not null,
        raw_status text not null,
        primary key (account, job, seq)
    ) strict, without rowid;
    insert into sighting select account, id, turned, turned_at, null, status,
        coalesce(json_extract(form, '$.raw_status'), '') from job indexed by job_status
        where account in (select id from account) and turned_at is not null
        and status in ('checking', 'queued', 'running', 'stopping', 'paused', 'unknown');
    alter table job add column autos text not null default '[]';
    """,
    """
    alter table job add column read_at real;
    create index event_problem on event (account, job, rowid)
        where (level in ('warn', 'error') or type = 'moderation_checks');
    """,
    ROSTER,
    """
    create index roster_pending on roster (pending) where pending is not null;
    """,
    """
    alter table metric add column at real;
    alter table metric add column tokens integer;
    update metric set at = told.at from (
        select account, job, min(created_at) as at, case when json_valid(data) then coalesce(
            json_extract(data, '$.step'), json_extract(data, '$.current_step'),
            json_extract(data, '$.current_steps'), json_extract(data, '$.global_step')) end as step
        from event where type = 'metrics' and created_at is not null group by account, job, step
    ) as told where told.account = metric.account and told.job = metric.job and told.step = metric.step;
    """,
    """
    alter table job add column overfit text;
    alter table job add column judged integer not null default 0;
    alter table job add column unjudged integer not null default 0;
    update job set unjudged = 1 where exists (select 1 from metric
        where metric.account = job.account and metric.job = job.id);
    create index job_unjudged on job (account, created_at desc) where unjudged > 0 and judged = 0;
    """,
    """
    alter table job add column remeasured integer not null default 0;
    """,
    """
    update job set overfit = null, judged = 0, unjudged = 1 where overfit in ('sure', 'likely', 'unsure');
    """,
)
"""Append-only: `user_version` counts how many have been applied."""
