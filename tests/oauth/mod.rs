//! The OAuth server, as clients see it.

mod agent;
mod cards;
mod consent;
mod documents;
mod flow;
mod introspection;
mod negatives;
mod purging;
mod races;
mod real_client;
mod refusing;
mod registration;
mod step_up;
