-- Which log this is: by it other hubs know whose blocks these are.
create table meta (key text primary key, value text not null) without rowid;
