DROP TABLE card_velocity;
ALTER TABLE cards DROP COLUMN fulfilment;
ALTER TABLE cards DROP COLUMN controls;
