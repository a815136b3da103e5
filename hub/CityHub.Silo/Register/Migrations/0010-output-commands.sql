-- What was asked of outputs, by whom and why, and what became of it.
create table output_command (
  number   integer primary key,
  id       text not null unique,
  sensor   text not null,
  output   integer not null,     -- a quantity's number
  value    integer not null,     -- 1 on, 0 off
  who      text not null,
  why      text not null,
  at       integer not null,
  state    integer not null,     -- 1 waiting, 2 answered, 3 unanswered, 4 superseded
  ended_at integer
);
create index output_command_sensor on output_command (sensor, output, number);
