-- Silos of the cluster, as Orleans' membership protocol keeps them: each row and the table itself changes under a version.
create table register_silo_version (version integer not null);
insert into register_silo_version values (0);
create table register_silo (
  address  text collate "C" primary key,
  version  bigint not null,
  status   integer not null,
  alive_at timestamptz not null,
  entry    text not null            -- the rest of it, JSON
);
