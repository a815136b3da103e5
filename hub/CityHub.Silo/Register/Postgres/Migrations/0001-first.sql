-- Instants are Unix milliseconds, UTC. Enumerations are kept by number. Names sort by their bytes (collation "C"), as everywhere in the hub.
create table meta (key text collate "C" primary key, value bigint not null);

-- Whose turn to write it is: one row that each transaction takes first and counts up, so that hubs write one after the other and the numbers below have no gaps.
insert into meta (key, value) values ('turn', 0);

-- The last turn of each hub that writes: what became of a commit whose answer was lost.
create table register_writer (
  id   text collate "C" primary key,
  turn bigint not null,
  at   bigint not null
);

create table checkpoint (
  node_group text collate "C" not null,
  node       text collate "C" not null,
  state      bytea not null,
  primary key (node_group, node)
);

create table episode (
  id              text collate "C" primary key,
  rule            text not null,
  rule_version    integer not null,
  sensor          text not null,
  quantity        integer not null,
  severity        integer not null,
  first_breach_at bigint not null,
  value           double precision not null,
  district        text not null,
  department      text not null,
  message         text not null,
  raised_at       bigint,
  recorded_at     bigint,
  cleared_at      bigint,
  withdrawn_at    bigint,
  late            integer not null,
  ack_by          text,
  ack_at          bigint,
  ack_note        text,
  opened_at       bigint not null,  -- raised_at, else recorded_at: what lists are ordered by
  category        text not null default '',
  run_book        text not null default '',
  kind            integer not null default 1,
  severity_at     bigint,
  node            text not null default '',
  site            text not null default '',
  latched         integer not null default 0,
  withheld        integer not null default 0,
  ack_severity    integer,
  change          bigint not null default 0,
  attention       bigint not null default 0,
  members         text   -- a JSON array of sensors that a district's episode stands for; null: none
);
create unique index episode_one_open on episode (rule, sensor) where cleared_at is null and withdrawn_at is null;
create index episode_open on episode (opened_at) where cleared_at is null and withdrawn_at is null;
create index episode_opened on episode (opened_at);
create index episode_sensor on episode (sensor, opened_at);
create index episode_district on episode (district, opened_at);
create index episode_unsettled on episode (cleared_at) where cleared_at is not null and withdrawn_at is null and raised_at is not null and (ack_at is null or latched = 1);

-- What the desk did with an episode, as it is now; how it came to that is in the log of changes. No row: nothing.
create table desk (
  episode      text collate "C" primary key,
  reset_by     text,
  reset_at     bigint,
  reset_why    text,
  false_by     text,
  false_at     bigint,
  false_why    text,
  assigned_to  text,
  assigned_by  text,
  assigned_at  bigint,
  escalations  text,              -- a JSON array, oldest first; null: none
  comments     integer not null,
  released_at  bigint,
  held_reason  integer,
  held_because text,
  held_by      text,
  held_until   bigint
);
create index desk_held_by on desk (held_by) where held_by is not null;

-- Numbered without gaps: given inside the transaction that makes the change, which holds the turn. A sequence would not give numbers back.
create table change (
  number  bigint primary key,
  episode text not null,
  kind    text not null,
  at      bigint not null,
  who     text not null default '',
  why     text not null default ''
);
create index change_episode on change (episode, number);
create function next_change() returns bigint language sql volatile as 'select coalesce(max(number), 0) + 1 from change';
alter table change alter column number set default next_change();

create table rule_version (
  number integer primary key,
  hash   text not null,
  source text not null,
  who    text not null,
  at     bigint not null
);
create function next_rule_version() returns integer language sql volatile as 'select coalesce(max(number), 0) + 1 from rule_version';
alter table rule_version alter column number set default next_rule_version();

create table place (
  sensor     text collate "C" not null,
  since      bigint not null,
  node_group text not null,
  node       text not null,
  device     text not null,
  district   text not null,
  site       text not null,
  latitude   double precision,
  longitude  double precision,
  tags       text not null,  -- a JSON array of strings
  primary key (sensor, since)
);

create table subscription (
  id              text collate "C" primary key,
  department      text not null,
  url             text not null,
  districts       text not null,  -- a JSON array of strings
  min_severity    integer not null,
  paused          integer not null,
  created_at      bigint not null,
  removed_at      bigint,
  secret          text not null,
  previous_secret text,            -- while a secret is rotated the one before it signs too
  previous_until  bigint,
  queued          bigint not null default 0,
  last_message    text,
  terms           text not null default '{}',  -- JSON by name
  gone            text not null default '[]'   -- places of endpoints that answered 410
);

-- state: 0 behind another of its episode, 1 first of its episode, 2 delivered, 3 dead-lettered
create table message (
  row            bigint generated by default as identity primary key,
  message_id     text not null,
  subscription   text not null,
  episode        text,
  type           text not null,
  body           bytea not null,
  state          integer not null,
  attempts       integer not null,
  queued_at      bigint not null,
  next_at        bigint,
  delivered_at   bigint,
  last_outcome   text,
  replayed_after integer not null default 0,
  not_before     bigint
);
create unique index message_once on message (subscription, message_id);
create index message_due on message (subscription, next_at, row) where state = 1;
create index message_line on message (subscription, episode, row) where state < 2;
create index message_episode on message (episode, row) where episode is not null;
create index message_report on message (subscription, queued_at);
create index message_dead on message (row) where state = 3;

create table attempt (
  message      bigint not null,
  attempt      integer not null,
  at           bigint not null,
  milliseconds integer not null,
  delivered    integer not null,
  outcome      text not null,
  endpoint     integer not null default 0,
  answer       text,
  primary key (message, attempt)
);

create table suppression (
  id        text collate "C" primary key,
  kind      integer not null,     -- 1 shelved, 2 maintenance, 3 out of service
  rule      text not null,        -- a name that is empty covers any
  sensor    text not null,
  node      text not null,
  site      text not null,
  district  text not null,
  from_at   bigint not null,
  until_at  bigint,
  who       text not null,
  at        bigint not null,
  why       text not null,
  ended_by  text,
  ended_at  bigint,
  ended_why text
);
create index suppression_made on suppression (at);

-- Who acknowledged in the name of which department, and how. The first of each subscription stands; a desk's own is in the episode.
create table department_ack (
  episode      text not null,
  subscription text not null,
  department   text not null,
  who          text not null,
  via          text not null,  -- link, api, cap
  at           bigint not null,
  note         text not null,
  primary key (episode, subscription)
);
create index department_ack_at on department_ack (department, at);

create table hub_key (
  name text primary key,
  key  bytea not null
);

create table api_key (
  sha256 bytea primary key,
  name   text not null,
  at     bigint not null
);

create table audit (
  number  bigint generated by default as identity primary key,
  at      bigint not null,
  who     text not null,
  what    text not null,
  subject text not null
);
