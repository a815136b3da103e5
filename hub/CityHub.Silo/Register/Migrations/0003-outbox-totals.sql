-- What a heartbeat tells: how many messages were queued for a subscription, and the last of them.
alter table subscription add column queued integer not null default 0;
alter table subscription add column last_message text;
update subscription set queued = (select count(*) from message where subscription = id),
  last_message = (select message_id from message where subscription = id order by row desc limit 1);
