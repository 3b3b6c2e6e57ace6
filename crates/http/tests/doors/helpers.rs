//! The test helpers are there only where they are wanted and have what they need.

use crate::support::Doors;

#[actix_web::test]
async fn helpers_can_be_switched_off() {
    let clock = ("/v1/test/clock", r#"{"advance_seconds": 60}"#);
    let doors = Doors::new();
    let moved = doors.post(clock.0, &doors.session(), clock.1).await;
    assert_eq!((moved.status, moved.body["object"].as_str()), (200, Some("clock")));
    assert_eq!(moved.body["now"], "2026-05-28T20:27:40Z");
    let without_clock = Doors::with(|wiring| wiring.test_clock = None);
    let reply = without_clock.post(clock.0, &without_clock.session(), clock.1).await;
    assert_eq!(reply.refusal(), (404, "resource_not_found", None));
    let without = Doors::with(|wiring| wiring.settings.test_helpers = false);
    for path in [clock.0, "/v1/test/topups/x/deposits"] {
        let reply = without.post(path, &without.session(), "{}").await;
        assert_eq!(reply.refusal(), (404, "resource_not_found", None), "{path}");
    }
}

#[actix_web::test]
async fn helpers_for_cards_need_a_network() {
    let doors = Doors::new();
    let path = "/v1/test/cards/card_00000000000000000000000001/authorizations";
    let reply = doors.post(path, &doors.session(), r#"{"amount_usd": 1}"#).await;
    assert_eq!(reply.refusal(), (404, "resource_not_found", None));
}
