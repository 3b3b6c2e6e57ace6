use mockall::predicate::eq;

use super::*;
use crate::ticket_store::MockTicketStore;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_000);
const OWNER: AccountId = AccountId::new(0x100);

fn draft() -> TicketDraft {
    TicketDraft {
        id: TicketId::new(0x200),
        account: OWNER,
        subject: "A card is late".to_owned(),
        body: "It was shipped ten days ago.".to_owned(),
        request: None,
        related_object: None,
        metadata: Metadata::default(),
    }
}

#[test]
fn a_ticket_is_open_and_answered_within_a_day() {
    let mut store = MockTicketStore::new();
    store.expect_count_open_tickets().with(eq(OWNER)).times(1).returning(|_| Ok(49));
    store
        .expect_insert_ticket()
        .withf(|ticket| ticket.status == TicketStatus::Open && ticket.draft == draft())
        .times(1)
        .returning(|_| Ok(()));
    let ticket = open_ticket(&mut store, draft(), (Standing::Cardholder, 50), NOW).unwrap();
    assert_eq!(ticket.reply_by, Timestamp::from_unix_seconds(1_000 + 86_400));
    assert_eq!((ticket.created_at, ticket.updated_at), (NOW, NOW));
}

#[test]
fn who_holds_no_card_is_refused_without_a_look() {
    let mut store = MockTicketStore::new();
    let refused = open_ticket(&mut store, draft(), (Standing::Other, 50), NOW);
    assert_eq!(refused, Err(TicketError::NoCardholder));
}

#[test]
fn open_tickets_are_bounded() {
    let mut store = MockTicketStore::new();
    store.expect_count_open_tickets().returning(|_| Ok(50));
    let refused = open_ticket(&mut store, draft(), (Standing::Cardholder, 50), NOW);
    assert_eq!(refused, Err(TicketError::TooMany(50)));
}

#[test]
fn a_store_that_fails_opens_nothing() {
    let mut store = MockTicketStore::new();
    store.expect_count_open_tickets().returning(|_| Err(StoreError::Miss));
    let failed = open_ticket(&mut store, draft(), (Standing::Cardholder, 50), NOW);
    assert_eq!(failed, Err(TicketError::Store(StoreError::Miss)));
}

#[test]
fn closing_is_done_once() {
    let later = Timestamp::from_unix_seconds(2_000);
    for status in TicketStatus::ALL {
        let record = TicketRecord { status, ..(*Ticket::open(draft(), NOW)).clone() };
        let mut store = MockTicketStore::new();
        store.expect_find_ticket().returning(move |_, _| Ok(Some(Ticket::restore(record.clone()))));
        let writes = usize::from(status != TicketStatus::Closed);
        store
            .expect_save_ticket()
            .withf(move |ticket| ticket.updated_at == later)
            .times(writes)
            .returning(|_| Ok(()));
        let closed = close_ticket(&mut store, (OWNER, TicketId::new(0x200)), later).unwrap();
        let (ticket, change) = closed.unwrap();
        assert_eq!((ticket.status, change == Change::Applied), (TicketStatus::Closed, writes == 1));
    }
}

#[test]
fn an_unknown_ticket_is_not_closed() {
    let mut store = MockTicketStore::new();
    store.expect_find_ticket().returning(|_, _| Ok(None));
    assert_eq!(close_ticket(&mut store, (OWNER, TicketId::new(9)), NOW), Ok(None));
}

#[test]
fn words_round_trip() {
    for status in TicketStatus::ALL {
        assert_eq!(TicketStatus::parse(status.as_str()), Some(status));
    }
    assert_eq!(TicketStatus::parse("solved"), None);
}
