use cardium_kernel::{AccountId, Book, GrantId};
use proptest::prelude::*;

use super::*;
use crate::grants::{NewGrant, Spent, open_grant};

fn bound() -> impl Strategy<Value = Option<Money>> {
    prop::option::of((0..5_i64).prop_map(Money::usd))
}

fn end() -> impl Strategy<Value = Option<Timestamp>> {
    prop::option::of((0..5_i64).prop_map(Timestamp::from_unix_seconds))
}

fn merchants() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[ab]", 0..3)
}

fn mccs() -> impl Strategy<Value = Vec<String>> {
    let range = (0..8_u32, 0..8_u32).prop_map(|(from, to)| match from.cmp(&to) {
        std::cmp::Ordering::Equal => format!("{from:04}"),
        _ => format!("{:04}-{:04}", from.min(to), from.max(to)),
    });
    prop::collection::vec(range, 0..4)
}

prop_compose! {
    fn mandate()(
        bounds in [bound(), bound(), bound(), bound()],
        expires_at in end(),
        merchants in merchants(),
        mccs in mccs(),
    ) -> Mandate {
        let [per_transaction, daily, total, approval_above] = bounds;
        Mandate { per_transaction, daily, total, approval_above, expires_at, merchants, mccs }
    }
}

/// Whether a list of categories lets this one pass, looked at one range at a time.
fn lets_pass(list: &[String], code: u32) -> bool {
    let within = |range: &String| codes(range).is_some_and(|(from, to)| from <= code && code <= to);
    list.is_empty() || list.iter().any(within)
}

fn grant(cards: Option<Vec<CardId>>, reveal: Reveal) -> Grant {
    let new = NewGrant {
        id: GrantId::new(1),
        account: AccountId::new(2),
        client_id: "client".to_owned(),
        client_name: "Client".to_owned(),
        redirect_host: "client.example".to_owned(),
        scopes: ScopeSet::default(),
        cards,
        reveal,
        mandate: Mandate::default(),
    };
    open_grant(new, Timestamp::from_unix_seconds(0)).1
}

proptest! {
    #[test]
    fn nothing_is_widened_by_itself(one in mandate()) {
        prop_assert!(!one.is_widened_by(&one));
    }

    #[test]
    fn narrowing_what_was_narrowed_is_narrowing(
        one in mandate(), two in mandate(), three in mandate(),
    ) {
        if !one.is_widened_by(&two) && !two.is_widened_by(&three) {
            prop_assert!(!one.is_widened_by(&three));
        }
    }

    #[test]
    fn what_is_wider_one_way_only_is_narrower_the_other(one in mandate(), two in mandate()) {
        let both = !one.is_widened_by(&two) && !two.is_widened_by(&one);
        // Lists that say the same in other words are as wide as each other.
        if both {
            prop_assert_eq!(one.per_transaction, two.per_transaction);
            prop_assert_eq!((one.daily, one.total), (two.daily, two.total));
            prop_assert_eq!(one.approval_above, two.approval_above);
            prop_assert_eq!(one.expires_at, two.expires_at);
        }
    }

    #[test]
    fn what_a_narrowed_mandate_covers_the_old_one_covered(
        old in mandate(), new in mandate(), amount in 0..6_i64, spent in 0..3_i64, now in 0..6_i64,
    ) {
        let (amount, now) = (Money::usd(amount), Timestamp::from_unix_seconds(now));
        let spent = Spent::default().plus(Book::Live, Money::usd(spent), now).unwrap();
        let wish = (Book::Live, amount);
        if !old.is_widened_by(&new) {
            let covered = new.cover(spent, wish, now).is_ok();
            prop_assert!(!covered || old.cover(spent, wish, now).is_ok());
            prop_assert!(!old.asks_for(amount) || new.asks_for(amount));
            for code in 0..9 {
                prop_assert!(!lets_pass(&new.mccs, code) || lets_pass(&old.mccs, code));
            }
            let open = |list: &[String], id: &str| list.is_empty() || list.iter().any(|m| m == id);
            for id in ["a", "b", "c"] {
                prop_assert!(!open(&new.merchants, id) || open(&old.merchants, id));
            }
        }
    }

    #[test]
    fn categories_are_covered_exactly_where_no_code_is_new(old in mccs(), new in mccs()) {
        let (one, two) = (
            Mandate { mccs: old.clone(), ..Mandate::default() },
            Mandate { mccs: new.clone(), ..Mandate::default() },
        );
        // Code 9000 stands for all that no list of these tests names.
        let gained = |code| lets_pass(&new, code) && !lets_pass(&old, code);
        let more = (0..9).chain([9_000]).any(gained);
        prop_assert_eq!(one.is_widened_by(&two), more);
    }
}

#[test]
fn what_is_absent_stays_and_what_is_null_goes() {
    let old = Mandate {
        daily: Some(Money::usd(5)),
        total: Some(Money::usd(9)),
        merchants: vec!["a".to_owned()],
        ..Mandate::default()
    };
    assert_eq!(MandateChange::default().apply(&old), old);
    let change = MandateChange { daily: Some(None), ..MandateChange::default() };
    let new = change.apply(&old);
    assert_eq!(new, Mandate { daily: None, ..old.clone() });
    assert!(old.is_widened_by(&new) && !new.is_widened_by(&old));
}

#[test]
fn more_cards_and_a_looser_reveal_are_wider() {
    let [one, two] = [1, 2].map(CardId::new);
    let (all, both, first, none) = (None, vec![one, two], vec![one], vec![]);
    let widens = |from: Option<&Vec<CardId>>, to: Option<&Vec<CardId>>| {
        let grant = grant(from.cloned(), Reveal::Ask);
        grant.is_widened_by(&(to.cloned(), Reveal::Ask, Mandate::default()))
    };
    let ladder = [Some(&none), Some(&first), Some(&both), all.as_ref()];
    for (low, from) in ladder.into_iter().enumerate() {
        for (high, to) in ladder.into_iter().enumerate() {
            assert_eq!(widens(from, to), high > low, "{from:?} {to:?}");
        }
    }
    let ladder = [Reveal::Link, Reveal::Ask, Reveal::Always];
    for (low, from) in ladder.into_iter().enumerate() {
        for (high, to) in ladder.into_iter().enumerate() {
            let terms = (None, to, Mandate::default());
            assert_eq!(grant(None, from).is_widened_by(&terms), high > low, "{from:?} {to:?}");
        }
    }
}
