-- What a subscription agreed upon, as JSON by name, so that a term that is added needs no column; and the places of endpoints that answered 410.
alter table subscription add column terms text not null default '{}';
alter table subscription add column gone text not null default '[]';
-- Who heard of an episode, and what: asked at each change of it that is not its first.
create index message_episode on message (episode, row) where episode is not null;
-- Which of the subscription's endpoints an attempt went to, from 0.
alter table attempt add column endpoint integer not null default 0;
