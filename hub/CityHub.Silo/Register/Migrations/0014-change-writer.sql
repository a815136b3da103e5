-- Which of several hubs made a change. A file has one, and it stays empty.
alter table change add column writer text;
