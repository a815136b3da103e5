-- What an endpoint that refused said, cut; and how many attempts were made before a dead letter was sent again: its schedule begins anew, its evidence does not.
alter table attempt add column answer text;
alter table message add column replayed_after integer not null default 0;

-- Who acknowledged in the name of which department, and how. The first of each subscription stands; a desk's own is in the episode.
create table department_ack (
  episode      text not null,
  subscription text not null,
  department   text not null,
  who          text not null,
  via          text not null,  -- link, api, cap
  at           integer not null,
  note         text not null,
  primary key (episode, subscription)
) without rowid;
create index department_ack_at on department_ack (department, at);

-- Keys of the hub's own that no file holds, by name.
create table hub_key (
  name text primary key,
  key  blob not null
) without rowid;

-- What a department's monthly report reads.
create index message_report on message (subscription, queued_at);

-- Until when quiet hours held a message back: a service level counts from there.
alter table message add column not_before integer;
