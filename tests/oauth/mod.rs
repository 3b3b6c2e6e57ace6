//! The OAuth server, as clients see it.

pub mod agent;
mod cards;
mod documents;
mod ending;
mod flow;
mod introspection;
mod negatives;
mod operator;
mod purging;
mod races;
mod real_client;
mod refusing;
mod registration;
mod step_up;
mod strangers;
