//! Endpoints, deliveries and the retry schedule.
