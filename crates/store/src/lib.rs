//! Diesel adapters and the group-committing write path.
