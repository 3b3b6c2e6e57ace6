//! Reversals: always accepted, whatever they find.

use cardium_testkit::Backend;
use serde_json::json;

use super::{FUNDS, Issuer, codes, new_total};
use crate::{
    on_both,
    support::{changed, clearing, purchase, repeat, reversal, text, without},
};

on_both! {
    a_reversal_releases_the_hold_once;
    a_reversal_in_part_keeps_the_new_total;
    a_reversal_of_what_was_cleared_gives_it_back;
    a_reversal_of_what_is_disputed_pays_once;
    a_reversal_before_its_authorization_declines_it;
    a_clearing_after_its_reversal_leaves_both;
    a_clearing_is_reversed_in_part;
    a_reversal_after_part_was_cleared_keeps_what_was_spent;
    a_reversal_that_cannot_be_read_changes_nothing;
    a_reversal_touches_its_own_card_only;
}

fn a_reversal_releases_the_hold_once(backend: Backend) {
    let issuer = Issuer::start(backend);
    for (kind, answer, stan) in [("0400", "0410", 10), ("0420", "0430", 20)] {
        let request = purchase(&issuer.card, 4_000, stan);
        let [approved] = issuer.answers([&request]);
        assert_eq!(approved["39"], "00");
        issuer.assert_card(FUNDS - 4_000, 4_000);
        let back = reversal(kind, &request, stan + 1);
        let [first, again] = issuer.answers([&back, &repeat(&back)]);
        assert_eq!((&first["t"], &first["39"]), (&answer.into(), &"00".into()));
        assert_eq!(first, again);
        // Another reversal of the same authorization finds nothing left.
        let [second] = issuer.answers([&reversal(kind, &request, stan + 2)]);
        assert_eq!(second["39"], "00");
        issuer.assert_card(FUNDS, 0);
        // The late repeat of the request still gets its old answer, and holds nothing.
        let [late] = issuer.answers([&repeat(&request)]);
        assert_eq!(late, approved);
        issuer.assert_card(FUNDS, 0);
    }
    issuer.close();
}

fn a_reversal_in_part_keeps_the_new_total(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = purchase(&issuer.card, 4_000, 2);
    let back = changed(&reversal("0400", &request, 3), "95", &new_total(1_500));
    let responses = issuer.answers([&request, &back]);
    assert_eq!(codes(&responses), ["00", "00"]);
    issuer.assert_card(FUNDS - 1_500, 1_500);
    issuer.close();
}

fn a_reversal_of_what_was_cleared_gives_it_back(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = purchase(&issuer.card, 4_000, 2);
    let [approved] = issuer.answers([&request]);
    let posted = clearing(&request, &approved["38"], 4_000, 3);
    let responses = issuer.answers([&posted, &reversal("0420", &posted, 4)]);
    assert_eq!(codes(&responses), ["00", "00"]);
    issuer.assert_card(FUNDS, 0);
    issuer.close();
}

fn a_reversal_of_what_is_disputed_pays_once(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = purchase(&issuer.card, 4_000, 2);
    let [approved] = issuer.answers([&request]);
    let posted = clearing(&request, &approved["38"], 4_000, 3);
    assert_eq!(codes(&issuer.answers([&posted])), ["00"]);
    issuer.assert_card(FUNDS - 4_000, 0);
    let captured = issuer.customer.get("/v1/transactions?status=captured");
    let wish = json!({"transaction_id": captured["data"][0]["id"], "reason": "duplicate",
        "description": "The merchant charged this twice."});
    let dispute = issuer.customer.post("/v1/disputes", &wish);
    issuer.assert_card(FUNDS, 0);
    let back = reversal("0420", &posted, 4);
    // DE 90 begins with the type of the original, here the clearing's.
    let original = text(&back, "90").replacen("0100", "0220", 1);
    assert_eq!(codes(&issuer.answers([&changed(&back, "90", &original)])), ["00"]);
    issuer.assert_card(FUNDS, 0);
    let ended = issuer.customer.get(&format!("/v1/disputes/{}", text(&dispute, "id")));
    assert_eq!((text(&ended, "status"), text(&ended, "resolution")), ("won", "refunded"));
    issuer.close();
}

/// On a slow line the reversal overtakes its request: the request must not hold anything then.
fn a_reversal_before_its_authorization_declines_it(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = purchase(&issuer.card, 4_000, 2);
    let back = reversal("0420", &request, 3);
    let [early, late, again, repeated] =
        issuer.answers([&back, &request, &repeat(&request), &repeat(&back)]);
    assert_eq!(early["39"], "00");
    assert_eq!((&late["39"], &again["39"]), (&"05".into(), &"05".into()));
    assert_eq!(early, repeated);
    issuer.assert_card(FUNDS, 0);
    let steps = issuer.steps();
    let reason = Some("reversed_before".to_owned());
    assert_eq!(steps, [("declined".into(), "purchase".into(), reason)], "the late one is noted");
    issuer.close();
}

/// What the clearing posted it posts late too, and what was taken back is taken back.
fn a_clearing_after_its_reversal_leaves_both(backend: Backend) {
    let issuer = Issuer::start(backend);
    let posted = clearing(&purchase(&issuer.card, 4_000, 2), &"ZZZZZZ".into(), 4_000, 3);
    let responses = issuer.answers([&reversal("0420", &posted, 4), &posted, &repeat(&posted)]);
    assert_eq!(codes(&responses), ["00", "00", "00"]);
    assert_eq!(responses[1], responses[2]);
    issuer.assert_card(FUNDS, 0);
    issuer.assert_steps(&[("captured", "force_post"), ("reversed", "clearing_reversal")]);
    issuer.close();
}

fn a_clearing_is_reversed_in_part(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = purchase(&issuer.card, 4_000, 2);
    let [approved] = issuer.answers([&request]);
    let posted = clearing(&request, &approved["38"], 4_000, 3);
    let back = changed(&reversal("0420", &posted, 4), "95", &new_total(1_000));
    // A second reversal of the same clearing, in full, finds it taken back already.
    let again = reversal("0420", &posted, 5);
    let responses = issuer.answers([&posted, &back, &again]);
    assert_eq!(codes(&responses), ["00", "00", "00"]);
    issuer.assert_card(FUNDS - 1_000, 0);
    issuer.close();
}

fn a_reversal_after_part_was_cleared_keeps_what_was_spent(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = purchase(&issuer.card, 4_000, 2);
    let [approved] = issuer.answers([&request]);
    let first = changed(&clearing(&request, &approved["38"], 1_000, 3), "48", "98040102");
    let responses = issuer.answers([&first, &reversal("0400", &request, 4)]);
    assert_eq!(codes(&responses), ["00", "00"]);
    issuer.assert_card(FUNDS - 1_000, 0);
    issuer.close();
}

fn a_reversal_that_cannot_be_read_changes_nothing(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = purchase(&issuer.card, 4_000, 2);
    let back = |stan| reversal("0420", &request, stan);
    let zeros = "0".repeat(42);
    let responses = issuer.answers([
        &request,
        &without(back(3), &["90"]),
        &changed(&back(4), "90", &zeros),
        &changed(&changed(&back(5), "95", &new_total(1)), "49", "978"),
        &changed(&back(6), "95", "WHAT REMAINS IS NOT A NUMBER IN THIS FIELD"),
        &changed(&back(7), "2", "4895170000000001"),
    ]);
    assert_eq!(codes(&responses), ["00", "30", "30", "30", "30", "00"]);
    issuer.assert_card(FUNDS - 4_000, 4_000);
    issuer.close();
}

/// It quotes another card's message: nothing of this card, and nothing of the other, is touched.
fn a_reversal_touches_its_own_card_only(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = purchase(&issuer.card, 4_000, 2);
    let other = issuer.customer.issue();
    let back = changed(&reversal("0420", &request, 3), "2", &other.pan);
    let responses = issuer.answers([&request, &back]);
    assert_eq!(codes(&responses), ["00", "00"]);
    issuer.assert_card(FUNDS - 4_000, 4_000);
    issuer.close();
}
