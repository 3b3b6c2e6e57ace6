//! Withdrawals: treasury money that leaves to an address on a chain.
