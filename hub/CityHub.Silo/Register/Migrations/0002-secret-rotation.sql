-- While a secret is rotated the one before it signs too, until an instant (Unix ms).
alter table subscription add column previous_secret text;
alter table subscription add column previous_until integer;
