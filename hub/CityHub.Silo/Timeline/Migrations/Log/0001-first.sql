-- What was appended, as it came, until it is in runs and the twins' checkpoint has passed it.
create table series (number integer primary key, sensor text not null, quantity integer not null, unique (sensor, quantity));
create table node (number integer primary key, node_group text not null, node text not null, unique (node_group, node));
create table block (number integer primary key, rows integer not null, data blob not null);
-- Blocks whose check sum failed, kept for whoever wants to look.
create table damaged (number integer primary key, data blob not null);
