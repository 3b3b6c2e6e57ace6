use cardium_kernel::{Book, CardId, Metadata, Money};
use mockall::predicate::eq;

use super::*;
use crate::{DocketRecord, EvidenceKind, MAX_OPEN, NewDispute, Reason, store::MockDisputeStore};

const NOW: Timestamp = Timestamp::from_unix_seconds(1_000);
const OWNER: AccountId = AccountId::new(0x100);
const STRANGER: AccountId = AccountId::new(0x200);
const PURCHASE: AuthorizationId = AuthorizationId::new(0x300);
const CAPTURE: TransactionId = TransactionId::new(0x400);
const ID: DisputeId = DisputeId::new(0x500);

fn dispute() -> Dispute {
    let new = NewDispute {
        id: ID,
        account: OWNER,
        card: CardId::new(0x600),
        book: Book::Live,
        authorization: PURCHASE,
        transaction: CAPTURE,
        reason: Reason::Duplicate,
        description: "charged twice".to_owned(),
        amount: Money::usd(1_000),
        fee: Money::usd(0),
        metadata: Metadata::default(),
    };
    Dispute::open(new, NOW)
}

fn lost() -> Dispute {
    let mut dispute = dispute();
    dispute.lose(NOW).unwrap();
    dispute
}

fn won() -> Dispute {
    let mut dispute = dispute();
    dispute.win(NOW).unwrap();
    dispute
}

fn words() -> Attachment {
    Attachment::text(EvidenceKind::ALL[0], "It was charged twice.".to_owned())
}

/// A docket with disputes of these captures open, and those lost.
fn docket(open: &[(TransactionId, DisputeId)], lost: &[TransactionId]) -> Docket {
    let (open, lost) = (open.to_vec(), lost.to_vec());
    Docket::restore(DocketRecord {
        authorization: PURCHASE,
        account: OWNER,
        open,
        lost,
        version: 1,
    })
}

/// A store with this docket, which takes no writes.
fn listing(found: Option<Docket>) -> MockDisputeStore {
    let mut store = MockDisputeStore::new();
    store.expect_find_docket().with(eq(PURCHASE)).returning(move |_| Ok(found.clone()));
    store
}

/// A store with this dispute, which takes no writes.
fn holding(found: Option<Dispute>) -> MockDisputeStore {
    let mut store = MockDisputeStore::new();
    store.expect_find_dispute().with(eq(ID)).returning(move |_| Ok(found.clone()));
    store
}

fn enter(store: &mut MockDisputeStore) -> Result<Docket, DisputeError> {
    enter_dispute(store, (PURCHASE, OWNER), CAPTURE, ID)
}

#[test]
fn a_purchase_is_disputed_for_the_first_time_or_another_capture_of_it() {
    let first = enter(&mut listing(None)).unwrap();
    assert_eq!((first.account, &first.open), (OWNER, &vec![(CAPTURE, ID)]));
    let other = (TransactionId::new(0x401), DisputeId::new(0x501));
    let second = enter(&mut listing(Some(docket(&[other], &[])))).unwrap();
    assert_eq!(second.open, [other, (CAPTURE, ID)]);
}

#[test]
fn what_the_docket_refuses_writes_nothing() {
    let numbers = 1..=MAX_OPEN as u128;
    let crowd: Vec<_> = numbers.map(|n| (TransactionId::new(n), DisputeId::new(n))).collect();
    for (found, expected) in [
        (docket(&[(CAPTURE, DisputeId::new(0x501))], &[]), DisputeError::Exists),
        (docket(&[], &[CAPTURE]), DisputeError::Decided),
        (docket(&crowd, &[]), DisputeError::TooManyOpen),
    ] {
        assert_eq!(enter(&mut listing(Some(found))), Err(expected));
    }
}

#[test]
fn evidence_joins_an_open_dispute() {
    let mut store = holding(Some(dispute()));
    store
        .expect_save_dispute()
        .withf(|dispute| dispute.evidence.len() == 1 && dispute.version == 2)
        .times(1)
        .returning(|_| Ok(()));
    let kept = add_evidence(&mut store, (OWNER, ID), words(), NOW).unwrap().unwrap();
    assert_eq!(kept.evidence.len(), 1);
}

#[test]
fn a_decided_dispute_takes_no_evidence() {
    for decided in [won(), lost()] {
        let mut store = holding(Some(decided));
        let refused = add_evidence(&mut store, (OWNER, ID), words(), NOW);
        assert_eq!(refused, Err(DisputeError::Closed));
    }
}

#[test]
fn anybody_elses_dispute_looks_unknown() {
    for (found, account) in [(Some(dispute()), STRANGER), (None, OWNER)] {
        let mut store = holding(found);
        assert_eq!(add_evidence(&mut store, (account, ID), words(), NOW), Ok(None));
    }
}

#[test]
fn a_dispute_that_goes_on_stays_on_its_docket() {
    let mut store = MockDisputeStore::new();
    store.expect_save_dispute().with(eq(dispute())).times(1).returning(|_| Ok(()));
    assert_eq!(keep_dispute(&mut store, &dispute()), Ok(()));
}

#[test]
fn a_decided_dispute_is_struck_and_a_lost_one_is_remembered() {
    let other = (TransactionId::new(0x401), DisputeId::new(0x501));
    for (decided, remembered) in [(won(), vec![]), (lost(), vec![CAPTURE])] {
        let mut store = listing(Some(docket(&[(CAPTURE, ID), other], &[])));
        store.expect_save_dispute().with(eq(decided.clone())).times(1).returning(|_| Ok(()));
        store
            .expect_save_docket()
            .withf(move |docket| docket.open == [other] && docket.lost == remembered)
            .times(1)
            .returning(|_| Ok(()));
        assert_eq!(keep_dispute(&mut store, &decided), Ok(()));
    }
}

#[test]
fn open_disputes_are_those_of_the_docket() {
    assert_eq!(open_disputes(&mut listing(None), PURCHASE), Ok(vec![]));
    let mut store = listing(Some(docket(&[(CAPTURE, ID)], &[TransactionId::new(0x401)])));
    store.expect_find_dispute().with(eq(ID)).times(1).returning(|_| Ok(Some(dispute())));
    assert_eq!(open_disputes(&mut store, PURCHASE), Ok(vec![dispute()]));
}

/// A look-up that is missed is announced for the next run, so all of them are made in the first.
#[test]
fn all_open_disputes_are_asked_for_before_a_miss_is_told_of() {
    let other = (TransactionId::new(0x401), DisputeId::new(0x501));
    let mut store = listing(Some(docket(&[(CAPTURE, ID), other], &[])));
    store.expect_find_dispute().times(2).returning(|_| Err(StoreError::Miss));
    assert_eq!(open_disputes(&mut store, PURCHASE), Err(StoreError::Miss));
}

#[test]
fn a_store_that_fails_is_told_of() {
    let mut store = MockDisputeStore::new();
    store.expect_find_docket().returning(|_| Err(StoreError::Miss));
    store.expect_find_dispute().returning(|_| Err(StoreError::Miss));
    store.expect_save_dispute().returning(|_| Ok(()));
    let miss = DisputeError::Store(StoreError::Miss);
    assert_eq!(enter(&mut store), Err(miss.clone()));
    assert_eq!(add_evidence(&mut store, (OWNER, ID), words(), NOW), Err(miss));
    assert_eq!(keep_dispute(&mut store, &lost()), Err(StoreError::Miss));
    assert_eq!(open_disputes(&mut store, PURCHASE), Err(StoreError::Miss));
}
