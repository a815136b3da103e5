-- Who owns an ingest group. Each owner writes under its epoch; one that was followed by another is refused.
create table group_owner (
  node_group text collate "C" primary key,
  epoch      bigint not null,
  owner      text not null,
  since      bigint not null
);
