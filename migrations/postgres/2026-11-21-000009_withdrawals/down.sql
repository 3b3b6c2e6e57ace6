DROP TABLE simulated_payments;
DROP TABLE withdrawal_payees;
DROP TABLE withdrawals;
