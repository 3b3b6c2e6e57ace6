//! Strict OAuth clients of others.
