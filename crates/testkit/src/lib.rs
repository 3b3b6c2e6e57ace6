//! Builders and fresh databases for tests.
