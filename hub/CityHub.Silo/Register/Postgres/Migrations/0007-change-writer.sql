-- Which hub's connection made a change: each hub knows its own already and follows those of the others.
alter table change add column writer text;
alter table change alter column writer set default current_setting('application_name');
