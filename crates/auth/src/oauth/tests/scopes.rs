//! What is asked for, and what comes of it.

use cardium_kernel::CardId;
use proptest::prelude::*;

use crate::{Scope, ScopeSet, oauth::ScopeRequest};

fn read(text: &str) -> ScopeRequest {
    ScopeRequest::parse(text).unwrap()
}

fn set(scopes: &[Scope]) -> ScopeSet {
    scopes.iter().copied().collect()
}

#[test]
fn aliases_hold_neither_numbers_nor_withdrawals() {
    let all = read("read cards:write");
    for risky in [Scope::CardRevealPan, Scope::WithdrawalCreate] {
        assert!(!all.scopes().allows(risky));
    }
    let write = set(&[Scope::CardRead, Scope::CardIssue, Scope::CardControl, Scope::CardFund]);
    assert_eq!(read("cards:write").scopes(), write);
    for scope in Scope::ALL {
        let reads = scope.as_str().ends_with(":read");
        assert_eq!(read("read").scopes().allows(*scope), reads, "{}", scope.as_str());
    }
}

#[test]
fn cards_narrow_and_alone_stand_for_looking() {
    let card = CardId::new(9);
    let alone = read(&format!("card:{card}"));
    assert_eq!(alone.scopes(), set(&[Scope::CardRead, Scope::TransactionRead]));
    let both = read(&format!("card:fund card:{card} card:{}", CardId::new(8)));
    assert_eq!((both.scopes(), both.cards().len()), (set(&[Scope::CardFund]), 2));
    let many: Vec<_> = (0..51).map(|id| format!("card:{}", CardId::new(id))).collect();
    assert!(ScopeRequest::parse(&many.join(" ")).is_err());
}

#[test]
fn silence_is_the_registration_or_reading() {
    let resolve = |asked, ceiling: Option<&str>| {
        ScopeRequest::resolve(asked, ceiling.map(read).as_ref()).map(|scope| scope.text())
    };
    assert_eq!(resolve(None, None).unwrap(), "read");
    assert_eq!(resolve(Some(""), Some("card:read")).unwrap(), "card:read");
    assert_eq!(resolve(Some("offline_access"), Some("")).unwrap(), "read");
    assert_eq!(resolve(Some("card:read offline_access"), None).unwrap(), "card:read");
    assert_eq!(resolve(Some("card:read"), Some("read")).unwrap(), "card:read");
    assert!(resolve(Some("card:fund"), Some("read")).is_err());
    // A registration without scopes that are read by default is no way around its ceiling.
    assert!(resolve(Some("read"), Some("card:fund")).is_err());
    let card = format!("read card:{}", CardId::new(9));
    assert_eq!(
        resolve(Some("card:read"), Some(&card)).unwrap(),
        format!("card:read card:{}", CardId::new(9))
    );
    assert!(resolve(Some(&format!("read card:{}", CardId::new(8))), Some(&card)).is_err());
}

#[test]
fn what_was_given_is_told_in_the_clients_words() {
    let asked = read("read cards:write card:reveal_pan");
    let none = Default::default();
    assert_eq!(asked.granted(asked.scopes(), &none).text(), "read cards:write card:reveal_pan");
    let less = read("read cards:write").scopes();
    assert_eq!(asked.granted(less, &none).text(), "read cards:write");
    let least = asked.granted(set(&[Scope::CardRead, Scope::CardFund]), &none);
    assert_eq!(least.text(), "card:read card:fund");
    let cards = [CardId::new(9)].into();
    let narrowed = asked.granted(less, &cards);
    assert_eq!(narrowed.text(), format!("read cards:write card:{}", CardId::new(9)));
    let kept = narrowed.without_cards();
    assert_eq!((kept.text(), kept.cards().len()), ("read cards:write".to_owned(), 0));
}

#[test]
fn words_are_bounded_and_kept_once() {
    assert_eq!(read(" card:read  card:read ").text(), "card:read");
    assert!(ScopeRequest::parse(&"card:read ".repeat(500)).is_err());
    for bad in ["\tread", "read\u{a0}", "card:", "card:*", "openid", "READ", "card:card_"] {
        assert!(ScopeRequest::parse(bad).is_err(), "{bad}");
    }
    for word in ScopeRequest::vocabulary() {
        assert_eq!(read(word).text(), word);
    }
}

proptest! {
    /// Whatever an owner ticks: what is told reads back as exactly that.
    #[test]
    fn what_is_told_is_what_was_given(
        asked in proptest::sample::subsequence(ScopeRequest::vocabulary(), 1..12), ticked: i64
    ) {
        let asked = read(&asked.join(" "));
        let given: ScopeSet =
            asked.scopes().iter().filter(|it| ScopeSet::from_bits(ticked).allows(*it)).collect();
        prop_assume!(asked.scopes().covers(given));
        let told = asked.granted(given, &Default::default());
        prop_assert_eq!(read(&told.text()).scopes(), given);
    }

    #[test]
    fn nothing_is_asked_beyond_a_ceiling(
        asked in proptest::sample::subsequence(ScopeRequest::vocabulary(), 0..9),
        ceiling in proptest::sample::subsequence(ScopeRequest::vocabulary(), 1..9)
    ) {
        let ceiling = read(&ceiling.join(" "));
        if let Ok(scope) = ScopeRequest::resolve(Some(&asked.join(" ")), Some(&ceiling)) {
            prop_assert!(ceiling.scopes().covers(scope.scopes()));
        }
    }
}
