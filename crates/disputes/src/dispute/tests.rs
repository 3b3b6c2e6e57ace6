use super::*;
use crate::EvidenceKind;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_000);

fn dispute(cents: i64) -> Dispute {
    let new = NewDispute {
        id: DisputeId::new(0x100),
        account: AccountId::new(0x200),
        card: CardId::new(0x300),
        book: Book::Live,
        authorization: AuthorizationId::new(0x400),
        transaction: TransactionId::new(0x500),
        reason: Reason::Duplicate,
        description: "charged twice".into(),
        amount: Money::usd(cents),
        fee: Money::usd(0),
        metadata: Metadata::default(),
    };
    Dispute::open(new, NOW)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Move {
    Respond,
    Escalate,
    Win,
    Lose,
}

type Played = Result<Change, DisputeError>;

fn play(dispute: &mut Dispute, step: Move) -> Played {
    match step {
        Move::Respond => dispute.respond(NOW),
        Move::Escalate => dispute.escalate(NOW),
        Move::Win => dispute.win(NOW),
        Move::Lose => dispute.lose(NOW).map(|(change, _)| change),
    }
}

#[test]
fn who_may_move_what() {
    use Change::{AlreadyApplied, Applied};
    use DisputeError::{Closed, WrongStage};
    use Move::{Escalate, Lose, Respond, Win};
    let table: [(&[Move], [Played; 4]); 6] = [
        (&[], [Ok(Applied), Err(WrongStage), Ok(Applied), Ok(Applied)]),
        (&[Respond], [Ok(AlreadyApplied), Ok(Applied), Ok(Applied), Ok(Applied)]),
        (&[Respond, Escalate], [Err(WrongStage), Ok(AlreadyApplied), Ok(Applied), Ok(Applied)]),
        (&[Win], [Err(Closed), Err(Closed), Ok(AlreadyApplied), Err(Closed)]),
        (&[Lose], [Err(Closed), Err(Closed), Err(Closed), Ok(AlreadyApplied)]),
        (&[Respond, Escalate, Lose], [Err(Closed), Err(Closed), Err(Closed), Ok(AlreadyApplied)]),
    ];
    for (way, answers) in table {
        for (step, expected) in [Respond, Escalate, Win, Lose].into_iter().zip(answers) {
            let mut dispute = dispute(1_000);
            for earlier in way {
                assert_eq!(play(&mut dispute, *earlier), Ok(Applied));
            }
            let before = dispute.clone();
            assert_eq!(play(&mut dispute, step), expected, "{step:?} after {way:?}");
            assert_eq!(dispute != before, expected == Ok(Applied), "{step:?} after {way:?}");
        }
    }
}

#[test]
fn an_end_says_how_it_came() {
    for (way, status, resolution, credited) in [
        (&[Move::Win][..], DisputeStatus::Won, Resolution::Uncontested, 1_000),
        (&[Move::Respond, Move::Win], DisputeStatus::Won, Resolution::Upheld, 1_000),
        (&[Move::Lose], DisputeStatus::Lost, Resolution::Rejected, 0),
        (
            &[Move::Respond, Move::Escalate, Move::Lose],
            DisputeStatus::Lost,
            Resolution::Rejected,
            0,
        ),
    ] {
        let mut dispute = dispute(1_000);
        for step in way {
            play(&mut dispute, *step).unwrap();
        }
        assert_eq!((dispute.status, dispute.resolution), (status, Some(resolution)));
        assert_eq!(dispute.credited, Money::usd(credited));
    }
}

#[test]
fn each_move_gives_new_time_for_evidence() {
    let mut dispute = dispute(1_000);
    let due = dispute.evidence_due_by;
    let later = NOW.after(EVIDENCE_PERIOD);
    assert_eq!(due, later);
    dispute.respond(later).unwrap();
    assert_eq!(dispute.evidence_due_by, later.after(EVIDENCE_PERIOD));
}

#[test]
fn a_refund_withdraws_what_it_covers() {
    let mut dispute = dispute(1_000);
    assert_eq!(dispute.withdraw(Money::usd(400), NOW), Ok(Money::usd(400)));
    assert_eq!((dispute.status, dispute.credited), (DisputeStatus::Opened, Money::usd(600)));
    assert_eq!(dispute.withdraw(Money::usd(900), NOW), Ok(Money::usd(600)));
    assert_eq!(dispute.resolution, Some(Resolution::Refunded));
    assert_eq!((dispute.status, dispute.credited), (DisputeStatus::Won, Money::usd(0)));
    assert_eq!(dispute.withdraw(Money::usd(1), NOW), Ok(Money::usd(0)));
    let mut won = super::tests::dispute(1_000);
    won.win(NOW).unwrap();
    assert_eq!(won.withdraw(Money::usd(1_000), NOW), Ok(Money::usd(0)), "final is final");
}

fn words() -> Attachment {
    Attachment::text(EvidenceKind::Other, "see order 4921".into())
}

#[test]
fn evidence_is_numbered_bounded_and_ends_with_the_dispute() {
    let mut dispute = dispute(1_000);
    for place in 1..=MAX_EVIDENCE {
        dispute.attach(words(), NOW).unwrap();
        let last = dispute.evidence.last().map(|evidence| evidence.id);
        assert_eq!(last, Some(Evidence::id_at(dispute.id, place)));
    }
    assert_eq!(dispute.attach(words(), NOW), Err(DisputeError::TooMuchEvidence));
    let mut lost = super::tests::dispute(1_000);
    lost.lose(NOW).unwrap();
    assert_eq!(lost.attach(words(), NOW), Err(DisputeError::Closed));
}

#[derive(Debug, Clone, Copy)]
enum Act {
    Move(Move),
    Refund(i64),
}

fn acts() -> impl proptest::strategy::Strategy<Value = Vec<Act>> {
    use proptest::prelude::*;
    let step = prop_oneof![
        Just(Act::Move(Move::Respond)),
        Just(Act::Move(Move::Escalate)),
        Just(Act::Move(Move::Win)),
        Just(Act::Move(Move::Lose)),
        (-100_i64..600).prop_map(Act::Refund),
    ];
    proptest::collection::vec(step, 0..12)
}

proptest::proptest! {
    #[test]
    fn what_is_credited_and_taken_back_adds_up(cents in 1_i64..1_000, acts in acts()) {
        let mut dispute = dispute(cents);
        let mut taken = 0;
        for act in acts {
            let before = dispute.clone();
            match act {
                Act::Move(Move::Lose) => {
                    if let Ok((_, back)) = dispute.lose(NOW) {
                        taken += back.minor();
                    }
                }
                Act::Move(step) => drop(play(&mut dispute, step)),
                Act::Refund(refund) => {
                    taken += dispute.withdraw(Money::usd(refund), NOW).unwrap().minor();
                }
            }
            proptest::prop_assert_eq!(dispute.credited.minor() + taken, cents);
            proptest::prop_assert!(dispute.credited.minor() >= 0);
            if before.status.is_closed() {
                proptest::prop_assert_eq!(&dispute, &before);
            }
            proptest::prop_assert_eq!(dispute.status.is_closed(), dispute.resolution.is_some());
            let lost = dispute.status == DisputeStatus::Lost;
            proptest::prop_assert!(!lost || dispute.credited.is_zero());
        }
    }
}
