-- Which hub sends a subscription's messages, and until when (the server's clock, Unix ms). After that another may.
create table register_lease (
  subscription text collate "C" primary key,
  holder       text not null,
  until        bigint not null
);
