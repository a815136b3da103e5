-- Instants are Unix milliseconds, UTC. Enumerations are kept by number.
create table meta (key text primary key, value integer not null) without rowid;

create table checkpoint (
  node_group text not null,
  node       text not null,
  state      blob not null,
  primary key (node_group, node)
);

create table episode (
  id              text primary key,
  rule            text not null,
  rule_version    integer not null,
  sensor          text not null,
  quantity        integer not null,
  severity        integer not null,
  first_breach_at integer not null,
  value           real not null,
  district        text not null,
  department      text not null,
  message         text not null,
  raised_at       integer,
  recorded_at     integer,
  cleared_at      integer,
  withdrawn_at    integer,
  late            integer not null,
  ack_by          text,
  ack_at          integer,
  ack_note        text,
  opened_at       integer not null  -- raised_at, else recorded_at: what lists are ordered by
);
create unique index episode_one_open on episode (rule, sensor) where cleared_at is null and withdrawn_at is null;
create index episode_open on episode (opened_at) where cleared_at is null and withdrawn_at is null;
create index episode_opened on episode (opened_at);
create index episode_sensor on episode (sensor, opened_at);
create index episode_district on episode (district, opened_at);

-- Numbered without gaps: given inside the transaction that makes the change.
create table change (
  number  integer primary key,
  episode text not null,
  kind    text not null,
  at      integer not null
);
create index change_episode on change (episode, number);

create table rule_version (
  number integer primary key,
  hash   text not null,
  source text not null,
  who    text not null,
  at     integer not null
);

create table place (
  sensor     text not null,
  since      integer not null,
  node_group text not null,
  node       text not null,
  device     text not null,
  district   text not null,
  site       text not null,
  latitude   real,
  longitude  real,
  tags       text not null,  -- a JSON array of strings
  primary key (sensor, since)
) without rowid;

create table subscription (
  id           text primary key,
  department   text not null,
  url          text not null,
  districts    text not null,  -- a JSON array of strings
  min_severity integer not null,
  paused       integer not null,
  created_at   integer not null,
  removed_at   integer,
  secret       text not null
);

-- state: 0 behind another of its episode, 1 first of its episode, 2 delivered, 3 dead-lettered
create table message (
  row          integer primary key,
  message_id   text not null,
  subscription text not null,
  episode      text,
  type         text not null,
  body         blob not null,
  state        integer not null,
  attempts     integer not null,
  queued_at    integer not null,
  next_at      integer,
  delivered_at integer,
  last_outcome text
);
create unique index message_once on message (subscription, message_id);
create index message_due on message (subscription, next_at, row) where state = 1;
create index message_line on message (subscription, episode, row) where state < 2;
create index message_state on message (state, row);

create table attempt (
  message      integer not null,
  attempt      integer not null,
  at           integer not null,
  milliseconds integer not null,
  delivered    integer not null,
  outcome      text not null,
  primary key (message, attempt)
) without rowid;

create table api_key (
  sha256 blob primary key,
  name   text not null,
  at     integer not null
) without rowid;

create table audit (
  number  integer primary key,
  at      integer not null,
  who     text not null,
  what    text not null,
  subject text not null
);
