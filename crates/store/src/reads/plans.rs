//! A page of deliveries must not read an endpoint's whole history, whatever it is filtered by.

use cardium_app::reads::{ByCreation, DeliveryFilter, ListQuery};
use cardium_kernel::{AccountId, EndpointId, EventId};
use cardium_webhooks::DeliveryState;

use super::webhooks::deliveries_of;
use crate::plans::{database, plan};

fn filter() -> DeliveryFilter {
    let endpoint = EndpointId::new(1);
    DeliveryFilter { endpoint, state: None, kind: None, event: None, book: None }
}

#[test]
fn deliveries_are_found_by_the_indexes_of_their_filters() {
    let mut connection = database("reads");
    let all = ["made (endpoint_id=?)"].as_slice();
    let unmade = ["unmade (endpoint_id=? AND state=?)"].as_slice();
    let event = ["event (endpoint_id=? AND event_id=?)", "replayed (endpoint_id=? AND event_id=?)"];
    let (failed, delivered) = (Some(DeliveryState::Failed), Some(DeliveryState::Delivered));
    for (filter, indexes) in [
        (filter(), all),
        (DeliveryFilter { state: delivered, ..filter() }, all),
        (DeliveryFilter { state: failed, ..filter() }, unmade),
        (DeliveryFilter { event: Some(EventId::new(2)), ..filter() }, event.as_slice()),
        (
            DeliveryFilter { event: Some(EventId::new(2)), state: failed, ..filter() },
            event.as_slice(),
        ),
    ] {
        let account = AccountId::new(3);
        let (created_after, created_before, cursor) = (None, None, None);
        let ListQuery { sort, limit, .. } = ListQuery::<(), _>::first(account, ByCreation);
        let query =
            ListQuery { account, filter, created_after, created_before, sort, cursor, limit };
        let plan = plan(&mut connection, &deliveries_of(&query).statement("d.created_at", "DESC"));
        for index in ["made", "unmade", "event", "replayed", "due", "ordered"] {
            let wanted = indexes.iter().find(|wanted| wanted.starts_with(&format!("{index} ")));
            let named = format!("INDEX webhook_deliveries_{}", wanted.unwrap_or(&index));
            assert_eq!(plan.contains(&named), wanted.is_some(), "{index}:\n{plan}");
        }
    }
}
