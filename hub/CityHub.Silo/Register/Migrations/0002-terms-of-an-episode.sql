-- What kind of event it is (a CAP category), what to do about it, whether it is real (1), a drill (2) or a test (3), and when its severity moved.
alter table episode add column category text not null default '';
alter table episode add column run_book text not null default '';
alter table episode add column kind integer not null default 1;
alter table episode add column severity_at integer;
