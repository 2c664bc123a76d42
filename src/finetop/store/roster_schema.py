"""The roster: each job in a few narrow columns, for to read all of a hundred thousand replies takes seconds.

Triggers keep it in step, so that whoever writes a job writes its line. A create that is no job yet has one,
too. What stands here has been applied to people's files: a change is a migration of its own.
"""

from __future__ import annotations

_RANK = """case {status} when 'running' then 0 when 'stopping' then 0 when 'checking' then 1
    when 'queued' then 2 when 'paused' then 3 else 4 end"""
"""What works comes before what waits, and that before what has ended."""
_MODEL = "json_extract({job}.form, '$.model')"
_TUNED = """coalesce(json_extract({job}.form, '$.fine_tuned_model'),
    iif({job}.status = 'succeeded', json_extract({job}.said, '$.model'), null))"""
_NAME = f"""coalesce(nullif(json_extract({{job}}.form, '$.suffix'), ''), nullif(suffix_in({_TUNED}), ''),
    {{job}}.id)"""
_STEP = "coalesce(json_extract({job}.form, '$.trained_steps'), {job}.step)"
_STEPS = "coalesce(nullif(json_extract({job}.form, '$.total_steps'), 0), {job}.total_steps)"
_EPOCH = """coalesce({job}.epoch, json_extract({job}.form, '$.epochs_done'),
    json_extract({job}.said, '$.epoch'))"""
_EPOCHS = """iif(json_type({job}.form, '$.hyperparameters.n_epochs') = 'integer',
    json_extract({job}.form, '$.hyperparameters.n_epochs'), json_extract({job}.said, '$.epochs'))"""


def _held(share: str) -> str:
    return f"max(0.0, min(1.0, {share}))"


def _part(done: str, total: str) -> str:
    return f"iif({total} > 0, {_held(f'1.0 * {done} / {total}')}, null)"


_LEFT = f"iif({_STEPS} <> 0, max(0, {_STEPS} - {_STEP}), null)"
_SAID_EPOCH = "json_extract({job}.said, '$.epoch')"
_COLUMNS = {
    "account": "{job}.account",
    "id": "{job}.id",
    "seq": "{job}.seq",
    "shown": "{job}.gone < 2",
    "rank": _RANK.replace("{status}", "{job}.status"),
    "status": "{job}.status",
    "raw_status": "json_extract({job}.form, '$.raw_status')",
    "created_at": "{job}.created_at",
    "started_at": "{job}.started_at",
    "ended_at": """coalesce(json_extract({job}.form, '$.finished_at'), iif({job}.status in
        ('succeeded', 'failed', 'cancelled'), json_extract({job}.form, '$.updated_at'), null))""",
    "ends_at": "{job}.ends_at",
    "kind": "json_extract({job}.form, '$.kind')",
    "name": _NAME,
    "suffix": "json_extract({job}.form, '$.suffix')",
    "model": _MODEL,
    "tuned": _TUNED,
    "method": "json_extract({job}.form, '$.method')",
    "words": f"""{_NAME} || char(10) || {{job}}.id || char(10) || coalesce({_MODEL}, '') || char(10)
        || coalesce({_TUNED}, '')""",
    "step": _STEP,
    "steps": _STEPS,
    "epoch": _EPOCH,
    # As `progress` reckons it.
    "share": f"""coalesce({_part(_STEP, _STEPS)},
        {_held("json_extract({job}.form, '$.percent_done') / 100.0")},
        iif({_STEP} is null, {_part(_EPOCH, _EPOCHS)}, null))""",
    # The time left as `progress` reckons it: as told, until when, by the pace so far, and by the share done.
    "told_s": "max(0.0, json_extract({job}.form, '$.seconds_left'))",
    "finish_at": "json_extract({job}.form, '$.estimated_finish')",
    "left_s": f"""coalesce({{job}}.left_s, {_LEFT} * {{job}}.step_s,
        iif({{job}}.step > {{job}}.first_step, max(0.0, {_LEFT}
            * ({{job}}.last_step_at - {{job}}.first_step_at) / ({{job}}.step - {{job}}.first_step)), null),
        iif({{job}}.step is null and {_SAID_EPOCH} <> 0 and {_EPOCHS} <> 0,
            max(0.0, json_extract({{job}}.said, '$.epoch_at') - {{job}}.started_at) / {_SAID_EPOCH}
            * max(0, {_EPOCHS} - {_SAID_EPOCH}), null))""",
    "counted": """json_extract({job}.form, '$.trained_steps') is not null
        or json_extract({job}.form, '$.percent_done') is not null""",
    "train_loss": "nullif({job}.train_loss, -9e999)",
    "valid_loss": "nullif({job}.valid_loss, -9e999)",
    "organization": "json_extract({job}.form, '$.organization_id')",
    "seed": "json_extract({job}.form, '$.seed')",
    "tokens": "json_extract({job}.form, '$.trained_tokens')",
    "error": """coalesce(json_extract({job}.form, '$.error.message'),
        json_extract({job}.form, '$.error.code'),
        iif({job}.status = 'failed', json_extract({job}.said, '$.reason'), null))""",
    "cost": """coalesce(json_extract({job}.said, '$.cost'),
        iif(json_extract({job}.form, '$.currency') = 'USD', json_extract({job}.form, '$.cost'), null))""",
    "metadata": "json_extract({job}.form, '$.metadata')",
    "settings": "json_extract({job}.form, '$.hyperparameters')",
}
"""Each column of a job, and where it is from."""
_RENEWED = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in {"account", "id"})
_VALUES = ", ".join(_COLUMNS.values())
_ENROL = f"insert into roster ({', '.join(_COLUMNS)})"
_ENROL_ONE = f"""{_ENROL} values ({_VALUES.replace("{job}", "new")})
    on conflict (account, id) do update set {_RENEWED}"""

_ENROL_CREATE = f"""insert into roster (account, id, seq, shown, pending, rank, status, created_at, name,
        model, method, words)
    select account, 'intent:' || uuid, seq,
        job is null and state in ('written', 'sent', 'unsure', 'refused'),
        state, {_RANK.replace("{status}", "status")}, status, written_at, name, model, 'supervised',
        name || char(10) || model
    from (select *, case state when 'written' then 'queued' when 'refused' then 'failed'
        else 'unknown' end status from intent where kind = 'create' and {{which}}) where true
    on conflict (account, id) do update set seq = excluded.seq, shown = excluded.shown,
        pending = excluded.pending, rank = excluded.rank, status = excluded.status,
        name = excluded.name, model = excluded.model, words = excluded.words"""

ROSTER = f"""
    create table roster (
        n integer primary key,
        account integer not null,
        id text not null,
        seq integer not null,
        shown integer not null,
        pending text,
        rank integer not null,
        status text not null,
        raw_status text,
        created_at real,
        started_at real,
        ended_at any,
        ends_at real,
        kind text,
        name text not null,
        suffix text,
        model text,
        tuned text,
        method text,
        words text not null,
        step any,
        steps any,
        epoch any,
        share real,
        told_s real,
        finish_at real,
        left_s real,
        counted integer,
        train_loss real,
        valid_loss real,
        organization text,
        seed any,
        tokens any,
        error text,
        cost any,
        metadata text,
        settings text,
        unique (account, id)
    ) strict;
    create table tally (
        account integer not null,
        status text not null,
        n integer not null,
        primary key (account, status)
    ) strict, without rowid;
    {_ENROL} select {_VALUES.replace("{job}", "job")} from job order by created_at;
    {_ENROL_CREATE.format(which="true")};
    insert into tally select account, status, count(*) from roster where shown and pending is null
        group by account, status;
    create index roster_order on roster (rank, created_at desc, n, account) where shown;
    create index roster_seq on roster (seq);
    create trigger job_came after insert on job begin {_ENROL_ONE}; end;
    create trigger job_moved after update of seq, gone, ends_at on job begin {_ENROL_ONE}; end;
    create trigger create_came after insert on intent when new.kind = 'create' begin
        {_ENROL_CREATE.format(which="uuid = new.uuid")}; end;
    create trigger create_moved after update on intent when new.kind = 'create' begin
        {_ENROL_CREATE.format(which="uuid = new.uuid")}; end;
    create trigger roster_came after insert on roster when new.shown and new.pending is null begin
        insert into tally values (new.account, new.status, 1) on conflict do update set n = n + 1; end;
    create trigger roster_moved after update of status, shown on roster when new.pending is null
        and (old.status <> new.status or old.shown <> new.shown) begin
        update tally set n = n - 1 where old.shown and account = old.account and status = old.status;
        insert into tally select new.account, new.status, 1 where new.shown
            on conflict do update set n = n + 1; end;
    """
"""The migration: the table, its counts, everything known so far, and the triggers."""
