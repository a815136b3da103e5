-- Readings sorted by hour and series, one run per flush. A row holds the blocks of up to 64 series: those with the same (series / 64).
create table run (hour integer not null, run integer not null, bundle integer not null, data blob not null, primary key (hour, run, bundle)) without rowid;
create table meta (key text primary key, value integer not null) without rowid;
-- through: the last append block that is in here, or was. next: the number of the next run.
insert into meta (key, value) values ('through', 0), ('next', 1);
