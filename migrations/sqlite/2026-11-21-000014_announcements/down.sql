ALTER TABLE simulated_transfers DROP COLUMN reverted;
DROP INDEX announcements_open;
DROP TABLE announcements;
