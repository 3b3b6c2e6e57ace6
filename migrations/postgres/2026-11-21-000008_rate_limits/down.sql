DROP TABLE rate_quotas;
