//! Limits hold exactly: under a storm of requests, and where one day, week or month ends.

mod borders;
mod storms;
