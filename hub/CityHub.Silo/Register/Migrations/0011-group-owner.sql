-- Who owns an ingest group. Each owner writes under its epoch; one that was followed by another is refused.
create table group_owner (
  node_group text primary key,
  epoch      integer not null,
  owner      text not null,
  since      integer not null
) without rowid;
