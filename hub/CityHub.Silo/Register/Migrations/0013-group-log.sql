-- Into which log the owner of a group writes its readings, and through which of its blocks the group's checkpoints reach.
alter table group_owner add column log text;
alter table group_owner add column through integer;
