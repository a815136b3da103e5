-- What was asked of nodes, by whom and why, and what they answered.
create table node_call (
  number   integer primary key,
  id       text not null unique,
  grp      text not null,
  node     text not null,
  body     text not null,        -- as the node reads it
  who      text not null,
  why      text not null,
  at       integer not null,
  state    integer not null,     -- 1 waiting, 2 taken, 3 unanswered, 4 refused
  ended_at integer,
  answer   text not null
);
create index node_call_node on node_call (grp, node, number);
