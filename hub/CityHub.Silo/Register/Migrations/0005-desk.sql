-- Where an episode opened, whether it latches, whether anybody was called, its last change and the last one that asked for somebody.
alter table episode add column node text not null default '';
alter table episode add column site text not null default '';
alter table episode add column latched integer not null default 0;
alter table episode add column withheld integer not null default 0;
alter table episode add column ack_severity integer;
alter table episode add column change integer not null default 0;
alter table episode add column attention integer not null default 0;
alter table episode add column members text;   -- a JSON array of sensors that a district's episode stands for; null: none

-- What the desk did with an episode, as it is now; how it came to that is in the log of changes. No row: nothing.
create table desk (
  episode      text primary key,
  reset_by     text,
  reset_at     integer,
  reset_why    text,
  false_by     text,
  false_at     integer,
  false_why    text,
  assigned_to  text,
  assigned_by  text,
  assigned_at  integer,
  escalations  text,              -- a JSON array, oldest first; null: none
  comments     integer not null,
  released_at  integer,
  held_reason  integer,
  held_because text,
  held_by      text,
  held_until   integer
) without rowid;
create index desk_held_by on desk (held_by) where held_by is not null;

-- Who changed it and why; empty: the sensor did.
alter table change add column who text not null default '';
alter table change add column why text not null default '';

-- What is over and still asks for somebody.
create index episode_unsettled on episode (cleared_at) where cleared_at is not null and withdrawn_at is null and raised_at is not null and (ack_at is null or latched = 1);

create table suppression (
  id        text primary key,
  kind      integer not null,     -- 1 shelved, 2 maintenance, 3 out of service
  rule      text not null,        -- a name that is empty covers any
  sensor    text not null,
  node      text not null,
  site      text not null,
  district  text not null,
  from_at   integer not null,
  until_at  integer,
  who       text not null,
  at        integer not null,
  why       text not null,
  ended_by  text,
  ended_at  integer,
  ended_why text
) without rowid;
create index suppression_made on suppression (at);
