//! Which deliveries go at once, and which wait for their turn.

use std::collections::HashSet;

use cardium_kernel::{StoreError, Timestamp};

use crate::{Delivery, DeliveryState, DeliveryStore, delivery_store::Subject};

/// Plans deliveries, which stand in their order: of those of one object to one endpoint that go one
/// after the other the first goes, unless one is on its way already (`busy`).
#[must_use]
pub fn plan(deliveries: Vec<Delivery>, mut busy: HashSet<Subject>) -> Vec<Delivery> {
    let mut planned = deliveries;
    for delivery in planned.iter_mut().filter(|delivery| delivery.ordered) {
        if !busy.insert((delivery.endpoint, delivery.object)) {
            delivery.state = DeliveryState::Queued;
        }
    }
    planned
}

/// Plans and writes new deliveries, which stand in their order, and wakes their lanes, which the
/// caller has locked.
///
/// # Errors
/// When the store fails.
pub fn post(
    store: &mut (impl DeliveryStore + ?Sized),
    deliveries: Vec<Delivery>,
    now: Timestamp,
) -> Result<(), StoreError> {
    if deliveries.is_empty() {
        return Ok(());
    }
    let subjects = subjects(&deliveries);
    let busy = if subjects.is_empty() { HashSet::new() } else { store.find_busy(&subjects)? };
    let planned = plan(deliveries, busy);
    store.insert_deliveries(&planned)?;
    let due = planned.iter().filter(|delivery| delivery.state == DeliveryState::Pending);
    store.wake_lanes(&distinct(due.map(|delivery| delivery.endpoint)), now)
}

/// What ordered deliveries tell of, and whom.
pub(crate) fn subjects<'a>(deliveries: impl IntoIterator<Item = &'a Delivery>) -> Vec<Subject> {
    let ordered = deliveries.into_iter().filter(|delivery| delivery.ordered);
    distinct(ordered.map(|delivery| (delivery.endpoint, delivery.object)))
}

/// Each of these once, in order.
pub(crate) fn distinct<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    items.sort_unstable();
    items.dedup();
    items
}

#[cfg(test)]
mod tests {
    use cardium_kernel::{AccountId, DeliveryId, EndpointId, EventId};
    use proptest::prelude::*;

    use super::*;
    use crate::{Cause, EventRef};

    fn delivery(id: u128, endpoint: u128, object: u128, ordered: bool) -> Delivery {
        let event = EventRef {
            id: EventId::new(id),
            account: AccountId::new(1),
            object,
            account_seq: i64::try_from(id).unwrap(),
            created_at: Timestamp::EPOCH,
        };
        let endpoint = EndpointId::new(endpoint);
        let id = DeliveryId::new(id);
        let delivery = Delivery::new(id, event, endpoint, Cause::Event, Timestamp::EPOCH);
        Delivery { ordered, ..delivery }
    }

    #[test]
    fn ordered_deliveries_of_an_object_wait_for_the_one_before() {
        let deliveries = vec![
            delivery(1, 1, 7, true),
            delivery(2, 1, 7, true),
            delivery(3, 1, 8, true),
            delivery(4, 2, 7, true),
            delivery(5, 2, 9, true),
            delivery(6, 3, 7, false),
            delivery(7, 3, 7, false),
        ];
        let busy = HashSet::from([(EndpointId::new(2), 9)]);
        let states: Vec<_> = plan(deliveries, busy).iter().map(|d| d.state).collect();
        let (goes, waits) = (DeliveryState::Pending, DeliveryState::Queued);
        assert_eq!(states, [goes, waits, goes, goes, waits, goes, goes]);
    }

    proptest! {
        #[test]
        fn at_most_one_of_an_object_goes(
            drawn in prop::collection::vec((0_u128..3, 0_u128..4, any::<bool>()), 0..60),
            busy in prop::collection::hash_set((0_u128..3, 0_u128..4), 0..6),
        ) {
            let deliveries: Vec<_> = (1..).zip(drawn)
                .map(|(id, (endpoint, object, ordered))| delivery(id, endpoint, object, ordered))
                .collect();
            let busy: HashSet<Subject> =
                busy.into_iter().map(|(at, object)| (EndpointId::new(at), object)).collect();
            let planned = plan(deliveries.clone(), busy.clone());
            let mut going = busy;
            for (before, after) in deliveries.iter().zip(&planned) {
                let goes = !before.ordered || going.insert((before.endpoint, before.object));
                prop_assert_eq!(after.state == DeliveryState::Pending, goes);
                let unplanned = Delivery { state: before.state, ..after.clone() };
                prop_assert_eq!(&unplanned, before);
            }
        }
    }
}
