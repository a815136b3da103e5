-- One day of readings, one block per series and hour: id = hour of the day << 47 | series << 16 | part.
create table block (id integer primary key, data blob not null);
