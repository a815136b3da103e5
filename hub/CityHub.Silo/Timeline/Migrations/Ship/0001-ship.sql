-- Beside an append log whose blocks go to a store elsewhere: how far they are, and what has to be done again.
create table meta (key text primary key, value integer not null) without rowid;
-- Tags of a sensor from a block on: a block that is sent again is sent with the tags it had.
create table tags (sensor text not null, block integer not null, district text not null, node text not null, site text not null, primary key (sensor, block)) without rowid;
-- Hours with windows to be computed (anew): resolution, quantity, hour since 1970; of minutes a bit for each.
create table due (resolution integer not null, quantity integer not null, hour integer not null, minutes integer not null, primary key (resolution, quantity, hour)) without rowid;
-- Lines that the store refused, with its words; the newest ten thousand.
create table refused (id integer primary key, at integer not null, reason text not null, line text not null);
