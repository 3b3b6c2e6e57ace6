use super::*;
use crate::DeclineReason as R;

fn good() -> Facts {
    Facts {
        kind: RequestKind::Purchase,
        standing: CardStanding::Active,
        expired: false,
        expiry_differs: false,
        cvv: CvvCheck::Match,
        cvv_failures: 0,
        in_period: true,
        channel_allowed: true,
        country_allowed: true,
        mcc_allowed: true,
        merchant_allowed: true,
        mandate: None,
        single_use: None,
        limits: Vec::new(),
        amount: Money::usd(100),
        available: Money::usd(100),
        partial: PartialApproval::Refused,
        hook: HookAnswer::NotAsked,
    }
}

/// A mandate that stands in no way.
const OPEN: MandateFacts = MandateFacts { open: true, mcc_allowed: true, merchant_allowed: true };

fn daily(limit: i64, used: i64, requested: i64) -> Vec<Limit> {
    vec![Limit { rule: Rule::DailyAmount, limit, used, requested }]
}

#[test]
fn each_fact_has_its_reason() {
    let cases: [(Facts, R); 20] = [
        (Facts { standing: CardStanding::Frozen, ..good() }, R::CardFrozen),
        (Facts { standing: CardStanding::Closed, ..good() }, R::CardClosed),
        (Facts { standing: CardStanding::NotActivated, ..good() }, R::CardNotActivated),
        (Facts { expired: true, ..good() }, R::CardExpired),
        (Facts { expiry_differs: true, ..good() }, R::ExpiryMismatch),
        (Facts { cvv: CvvCheck::Mismatch, ..good() }, R::CvvMismatch),
        (Facts { cvv_failures: CVV_TRIES, ..good() }, R::CvvTriesExceeded),
        (Facts { in_period: false, ..good() }, R::ControlsExpired),
        (Facts { channel_allowed: false, ..good() }, R::ChannelBlocked),
        (Facts { country_allowed: false, ..good() }, R::CountryBlocked),
        (Facts { mcc_allowed: false, ..good() }, R::MccBlocked),
        (Facts { merchant_allowed: false, ..good() }, R::MerchantBlocked),
        (
            Facts { mandate: Some(MandateFacts { open: false, ..OPEN }), ..good() },
            R::AgentMandateOver,
        ),
        (
            Facts { mandate: Some(MandateFacts { mcc_allowed: false, ..OPEN }), ..good() },
            R::AgentMccBlocked,
        ),
        (
            Facts { mandate: Some(MandateFacts { merchant_allowed: false, ..OPEN }), ..good() },
            R::AgentMerchantBlocked,
        ),
        (Facts { single_use: Some(1), ..good() }, R::SingleUseSpent),
        (Facts { amount: Money::usd(0), ..good() }, R::InvalidAmount),
        (Facts { limits: daily(100, 1, 100), ..good() }, R::DailyLimit),
        (Facts { amount: Money::usd(101), ..good() }, R::InsufficientFunds),
        (Facts { hook: HookAnswer::Declined, ..good() }, R::HookDeclined),
    ];
    assert_eq!(decide(&good()).decided, Decided::Approved(Money::usd(100)));
    for (facts, reason) in cases {
        let decision = decide(&facts);
        assert_eq!(decision.decided, Decided::Declined(reason), "{facts:?}");
        assert_eq!(decision.trace.reason(), Some(reason));
    }
}

#[test]
fn the_trace_shows_all_that_stood_in_the_way() {
    let facts = Facts {
        standing: CardStanding::Frozen,
        limits: daily(50, 10, 100),
        available: Money::usd(0),
        ..good()
    };
    let decision = decide(&facts);
    assert_eq!(decision.decided, Decided::Declined(R::CardFrozen));
    let failed: Vec<_> = decision
        .trace
        .checks()
        .iter()
        .filter(|check| check.verdict != Verdict::Passed)
        .map(|check| (check.rule, check.figures))
        .collect();
    let expected = [
        (Rule::CardState, None),
        (Rule::DailyAmount, Some((50, 10, 100))),
        (Rule::Funds, Some((0, 0, 100))),
    ];
    assert_eq!(failed, expected);
}

#[test]
fn a_part_is_approved_only_where_the_terminal_takes_it() {
    let short = Facts { available: Money::usd(40), ..good() };
    assert_eq!(decide(&short).decided, Decided::Declined(R::InsufficientFunds));
    let in_part = Facts { partial: PartialApproval::Accepted, ..short };
    assert_eq!(decide(&in_part).decided, Decided::ApprovedInPart(Money::usd(40)));
    let empty = Facts { available: Money::usd(0), ..in_part.clone() };
    assert_eq!(decide(&empty).decided, Decided::Declined(R::InsufficientFunds));
    let frozen = Facts { standing: CardStanding::Frozen, ..in_part };
    assert_eq!(decide(&frozen).decided, Decided::Declined(R::CardFrozen));
}

#[test]
fn questions_about_no_money_pass_without_any() {
    for kind in [RequestKind::Verification, RequestKind::BalanceInquiry] {
        let facts = Facts { kind, amount: Money::usd(0), available: Money::usd(0), ..good() };
        assert_eq!(decide(&facts).decided, Decided::Approved(Money::usd(0)));
        let wrong = Facts { cvv: CvvCheck::Mismatch, ..facts };
        assert_eq!(decide(&wrong).decided, Decided::Declined(R::CvvMismatch));
    }
}

#[test]
fn money_comes_back_to_any_card_that_is_not_closed() {
    let credit = Facts {
        kind: RequestKind::Credit,
        standing: CardStanding::Frozen,
        expired: true,
        mcc_allowed: false,
        available: Money::usd(0),
        limits: daily(1, 1, 1),
        ..good()
    };
    assert_eq!(decide(&credit).decided, Decided::Approved(Money::usd(100)));
    let closed = Facts { standing: CardStanding::Closed, ..credit };
    assert_eq!(decide(&closed).decided, Decided::Declined(R::CardClosed));
}

#[test]
fn a_right_cvv_does_not_help_after_too_many_wrong_ones() {
    let facts = Facts { cvv_failures: CVV_TRIES - 1, ..good() };
    assert_eq!(decide(&facts).decided, Decided::Approved(Money::usd(100)));
}

#[test]
fn every_trace_reads_back() {
    let facts = Facts { limits: daily(100, 1, 100), hook: HookAnswer::Unavailable, ..good() };
    let trace = decide(&facts).trace;
    assert_eq!(Trace::from_text(&trace.to_text()), Some(trace));
    assert_eq!(Trace::from_text("funds"), None);
    assert_eq!(Trace::from_text("daily_amount - 1 2"), None);
}

proptest::proptest! {
    #[test]
    fn approval_exceeds_neither_money_nor_limit(
        amount in -10_i64..500,
        free in 0_i64..300,
        limit in 0_i64..300,
        used in 0_i64..300,
        partial in proptest::bool::ANY,
    ) {
        let facts = Facts {
            amount: Money::usd(amount),
            available: Money::usd(free),
            limits: daily(limit, used, amount),
            partial: if partial { PartialApproval::Accepted } else { PartialApproval::Refused },
            ..good()
        };
        let within = amount > 0 && used + amount <= limit;
        let expected = match (within, amount <= free, partial && free > 0) {
            (true, true, _) => Some(amount),
            (true, false, true) => Some(free),
            _ => None,
        };
        let approved = match decide(&facts).decided {
            Decided::Approved(amount) | Decided::ApprovedInPart(amount) => Some(amount.minor()),
            Decided::Declined(_) => None,
        };
        proptest::prop_assert_eq!(approved, expected);
    }
}
