-- Into which log the owner of a group writes its readings, and through which of its blocks the group's checkpoints reach.
alter table group_owner add column log text;
alter table group_owner add column through bigint;

-- What the owner of a group took and no checkpoint has yet: the next owner has no other way to it. Packed, by the numbers of the owner's log.
create table register_journal (
  node_group text collate "C" not null,
  epoch      bigint not null,
  number     bigint not null,        -- the last block of the log that is in it
  log        text not null,
  bytes      bigint not null,
  data       bytea not null,
  primary key (node_group, epoch, number)
);
-- It is packed already: trying again costs time.
alter table register_journal alter column data set storage external;

-- Logs that are journalled: through which block, and how many names.
create table register_log (
  log    text collate "C" primary key,
  number bigint not null,
  series integer not null,
  nodes  integer not null
);
create table register_series (
  log      text collate "C" not null,
  number   integer not null,
  sensor   text not null,
  quantity smallint not null,
  primary key (log, number)
);
create table register_node (
  log        text collate "C" not null,
  number     integer not null,
  node_group text not null,
  node       text not null,
  primary key (log, number)
);
