-- An index over every message by its state was written three times in a message's life, for lists that people seldom ask for. What is pending is in
-- message_line, what was delivered is nearly all of the table.
drop index message_state;
create index message_dead on message (row) where state = 3;
