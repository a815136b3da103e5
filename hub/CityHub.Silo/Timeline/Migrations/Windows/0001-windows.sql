-- Windows of one period, one block per series and part of it. Minutes of a month: id = series << 10 | hour of the month. Hours of a year: id = series << 9 | day of the year.
create table block (id integer primary key, data blob not null);
