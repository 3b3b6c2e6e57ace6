//! Statements that run in SQLite's one writer must not read an endpoint's or a grant's whole
//! history.

use super::{deliveries, oauth, retention, webhooks};
use crate::plans::{database, plan};

#[test]
fn what_waits_is_found_by_its_own_indexes() {
    let [pending, ordered] = webhooks::WAITING;
    let mut connection = database("tx");
    let of = retention::OF_ACCOUNT;
    for (statement, index) in [
        (deliveries::end_order(ordered), "ordered (endpoint_id=? AND object_id>?)"),
        (webhooks::delete_waiting(pending), "due (endpoint_id=? AND next_attempt_at>?)"),
        (webhooks::delete_waiting(ordered), "ordered (endpoint_id=? AND object_id>?)"),
        (retention::subjects_of(ordered, of), "ordered (endpoint_id=? AND object_id>?)"),
        (retention::delete_of(pending, of), "due (endpoint_id=? AND next_attempt_at>?)"),
        (retention::delete_of(ordered, of), "ordered (endpoint_id=? AND object_id>?)"),
    ] {
        let plan = plan(&mut connection, &statement);
        let wanted = format!("SEARCH webhook_deliveries USING INDEX webhook_deliveries_{index}");
        assert!(plan.contains(&wanted), "{statement} runs as:\n{plan}");
        assert!(!plan.contains("webhook_deliveries_made"), "{statement} runs as:\n{plan}");
    }
}

#[test]
fn what_ended_grants_left_is_found_by_its_own_indexes() {
    let mut connection = database("tokens");
    for statement in [
        oauth::delete_of_ended("oauth_codes", ""),
        oauth::delete_of_ended("oauth_refresh_tokens", ""),
        oauth::note_gone(""),
    ] {
        let plan = plan(&mut connection, &statement);
        assert!(plan.contains("INDEX grants_tokens (ended_at>?)"), "{statement} runs as:\n{plan}");
        assert!(!plan.contains("SCAN"), "{statement} runs as:\n{plan}");
    }
}
