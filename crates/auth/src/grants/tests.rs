use cardium_kernel::{AccountId, Book, GrantId, Money, Timestamp};
use proptest::{collection::vec, prelude::*};

use super::*;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_780_000_000);
const HOUR: std::time::Duration = std::time::Duration::from_secs(3_600);

fn usd(cents: i64) -> Money {
    Money::usd(cents)
}

fn asked() -> Approval {
    let grant = GrantId::new(7);
    let new = NewApproval {
        id: Approval::id_of(grant, ("load_card", "Load 1.00 USD", 0), 0),
        account: AccountId::new(1),
        grant,
        operation: "load_card".to_owned(),
        summary: "Load 1.00 USD".to_owned(),
        book: Book::Live,
        card: None,
        amount: Some(usd(100)),
    };
    Approval::ask(new, NOW)
}

#[test]
fn each_bound_refuses_by_itself_and_says_what_is_left() {
    let spent = Spent::default().plus(Book::Live, usd(300), NOW).unwrap();
    let cover = |mandate: Mandate, cents| mandate.cover(spent, (Book::Live, usd(cents)), NOW);
    let none = Mandate::default;
    let per = Mandate { per_transaction: Some(usd(500)), ..none() };
    assert_eq!(cover(per.clone(), 501), Err(MandateError::PerTransaction(usd(500))));
    assert!(cover(per, 500).is_ok());
    let daily = Mandate { daily: Some(usd(700)), ..none() };
    assert_eq!(cover(daily.clone(), 401), Err(MandateError::Daily(usd(400))));
    assert!(cover(daily, 400).is_ok());
    let total = Mandate { total: Some(usd(700)), ..none() };
    assert_eq!(cover(total.clone(), 401), Err(MandateError::Total(usd(400))));
    assert!(cover(total, 400).is_ok());
    let over = Mandate { expires_at: Some(NOW), ..none() };
    assert_eq!(cover(over, 1), Err(MandateError::Ended));
    assert!(cover(Mandate { expires_at: Some(NOW.after(HOUR)), ..none() }, 1).is_ok());
}

#[test]
fn a_narrowed_total_below_what_is_spent_leaves_nothing() {
    let spent = Spent::default().plus(Book::Live, usd(300), NOW).unwrap();
    let mandate = Mandate { total: Some(usd(200)), ..Mandate::default() };
    let refused = mandate.cover(spent, (Book::Live, usd(1)), NOW);
    assert!(matches!(refused, Err(MandateError::Total(_))), "{refused:?}");
}

#[test]
fn an_owner_is_asked_above_the_bound_and_always_where_it_is_zero() {
    let asks = |above, cents| {
        let mandate = Mandate { approval_above: above, ..Mandate::default() };
        mandate.asks_for(usd(cents))
    };
    assert!(!asks(None, i64::MAX));
    assert!(!asks(Some(usd(100)), 100));
    assert!(asks(Some(usd(100)), 101));
    assert!(asks(Some(usd(0)), 1));
}

#[test]
fn merchants_are_compared_without_their_padding() {
    let named = Mandate { merchants: vec!["SHOP 1".to_owned()], ..Mandate::default() };
    assert!(named.names_merchants());
    assert!(named.allows_merchant("SHOP 1         "));
    assert!(!named.allows_merchant("SHOP 2"));
    assert!(!named.allows_merchant(""));
    assert!(Mandate::default().allows_merchant("SHOP 2"));
    let mccs = Mandate { mccs: vec!["5411".to_owned()], ..Mandate::default() };
    assert!(mccs.names_merchants() && !Mandate::default().names_merchants());
}

#[test]
fn what_is_asked_is_the_terms_with_the_key() {
    let grant = GrantId::new(7);
    let id = Approval::id_of(grant, ("load_card", "Load 1.00 USD", 0), 3);
    assert_eq!(id, Approval::id_of(grant, ("load_card", "Load 1.00 USD", 0), 3));
    for other in [
        Approval::id_of(GrantId::new(8), ("load_card", "Load 1.00 USD", 0), 3),
        Approval::id_of(grant, ("withdraw", "Load 1.00 USD", 0), 3),
        Approval::id_of(grant, ("load_card", "Load 1.01 USD", 0), 3),
        Approval::id_of(grant, ("load_card", "Load 1.00 USD", 1), 3),
        Approval::id_of(grant, ("load_card", "Load 1.00 USD", 0), 4),
    ] {
        assert_ne!(id, other);
    }
}

#[test]
fn only_an_approval_that_was_given_and_lasts_is_used() {
    let mut pending = asked();
    assert_eq!(pending.spend(NOW), Err(NotApproved));
    let mut rejected = asked();
    rejected.decide(Decision::Reject, NOW).unwrap();
    assert_eq!(rejected.spend(NOW), Err(NotApproved));
    let mut approved = asked();
    approved.decide(Decision::Approve, NOW).unwrap();
    assert_eq!(approved.spend(NOW.after(APPROVAL_LIFETIME)), Err(NotApproved));
    approved.spend(NOW).unwrap();
    assert_eq!(approved.spend(NOW), Err(NotApproved));
}

#[test]
fn asking_again_takes_a_new_decision() {
    let mut approval = asked();
    approval.decide(Decision::Approve, NOW).unwrap();
    approval.spend(NOW).unwrap();
    let later = NOW.after(HOUR);
    approval.ask_again(later);
    assert_eq!(approval.status, ApprovalStatus::Pending);
    assert_eq!((approval.decided_at, approval.version), (None, 4));
    assert_eq!(approval.expires_at, later.after(APPROVAL_LIFETIME));
    assert_eq!(approval.spend(later), Err(NotApproved));
}

proptest! {
    #[test]
    fn spending_never_exceeds_total_or_day_and_books_do_not_mix(
        wishes in vec((0_i64..400, proptest::bool::ANY, -30_000_i64..50_000), 1..60),
        total in 0_i64..2_000,
        daily in 0_i64..1_000,
    ) {
        let mandate =
            Mandate { total: Some(usd(total)), daily: Some(usd(daily)), ..Mandate::default() };
        let (mut spent, mut seconds) = (Spent::default(), NOW.unix_seconds());
        let mut sums = [0_i64; 2];
        let mut days = std::collections::BTreeMap::new();
        for (cents, live, step) in wishes {
            // Clocks step back at times.
            seconds += step;
            let now = Timestamp::from_unix_seconds(seconds);
            let book = if live { Book::Live } else { Book::Sandbox };
            if let Ok(more) = mandate.cover(spent, (book, usd(cents)), now) {
                spent = more;
                sums[usize::from(live)] += cents;
                let day = days.entry((spent.day, live)).or_insert(0);
                *day += cents;
                prop_assert!(*day <= daily);
            }
            prop_assert_eq!(spent.total(Book::Live), usd(sums[1]));
            prop_assert_eq!(spent.total(Book::Sandbox), usd(sums[0]));
            for book in Book::ALL {
                prop_assert!(spent.total(book).minor() <= total);
                prop_assert!(spent.today(book, now).minor() <= daily);
                prop_assert!(spent.today(book, now).minor() <= spent.total(book).minor());
            }
        }
    }

    #[test]
    fn an_approval_is_used_at_most_once_for_each_yes(
        steps in vec((0_u8..4, 0_u64..90_000), 1..40),
    ) {
        let (mut approval, mut now) = (asked(), NOW);
        let (mut yes, mut used) = (0, 0);
        for (step, seconds) in steps {
            now = now.after(std::time::Duration::from_secs(seconds));
            match step {
                0 => yes += i32::from(approval.decide(Decision::Approve, now).is_ok()),
                1 => drop(approval.decide(Decision::Reject, now)),
                2 => used += i32::from(approval.spend(now).is_ok()),
                _ if approval.is_over(now) || approval.status == ApprovalStatus::Used => {
                    approval.ask_again(now);
                }
                _ => {}
            }
            prop_assert!(used <= yes);
        }
    }
}
