//! Message type, processing code and fields to the command.

use cardium_app::network::{
    Advise, Asked, Authorize, Clear, Posting, Refund, Request, Reverse, StandIn,
};
use cardium_authorizations::{CvvCheck, DeclineReason, Finality, PartialApproval, RequestKind};
use cardium_cards::Channel;
use cardium_iso8583::{Message, Mti, OriginalDataElements, ReplacementAmounts};
use cardium_kernel::{Country, Money};

use super::support::{
    PAN, changed, clearing, expiry, purchase, request, retyped, reversal, translated,
};
use crate::{
    kind::Kind,
    message_key,
    translate::{Command, Refusal},
};

/// What a command is about, for tables.
#[derive(Debug, PartialEq, Eq)]
enum Outline {
    Hold(RequestKind),
    Post(RequestKind),
    Advise,
    Clear,
    Refund,
    Reverse,
    /// It reaches its command, which refuses it for this reason.
    Unfit(DeclineReason),
    Refused(&'static str),
}

fn outline(message: Message) -> Outline {
    let asked = |kind, posting| match posting {
        Posting::Hold => Outline::Hold(kind),
        Posting::Post => Outline::Post(kind),
    };
    match translated(message) {
        Ok(Command::Authorize(Authorize { request, posting, .. })) => match request.amount {
            Ok(_) => asked(request.kind, posting),
            Err(reason) => Outline::Unfit(reason),
        },
        Ok(Command::Advise(Advise { amount, .. })) => {
            amount.map_or_else(Outline::Unfit, |_| Outline::Advise)
        }
        Ok(Command::Clear(Clear { amount, .. })) => {
            amount.map_or_else(Outline::Unfit, |_| Outline::Clear)
        }
        Ok(Command::Refund(Refund { amount, .. })) => {
            amount.map_or_else(Outline::Unfit, |_| Outline::Refund)
        }
        Ok(Command::Reverse(_)) => Outline::Reverse,
        Err(Refusal(code)) => Outline::Refused(code),
    }
}

fn authorize(message: Message) -> Authorize {
    match translated(message) {
        Ok(Command::Authorize(command)) => command,
        _ => panic!("not an authorization"),
    }
}

fn asked(message: Message) -> Request {
    authorize(message).request
}

fn advise(message: Message) -> Advise {
    match translated(message) {
        Ok(Command::Advise(command)) => command,
        _ => panic!("not an advice"),
    }
}

fn clear(message: Message) -> Clear {
    match translated(message) {
        Ok(Command::Clear(command)) => command,
        _ => panic!("not a clearing"),
    }
}

fn reverse(message: Message) -> Reverse {
    match translated(message) {
        Ok(Command::Reverse(command)) => command,
        _ => panic!("not a reversal"),
    }
}

fn refused(message: Message) -> Option<&'static str> {
    translated(message).err().map(|Refusal(code)| code)
}

fn processing(code: &str) -> Message {
    changed(&request(), &[(3, code)])
}

#[test]
fn message_types_have_their_kind() {
    for (kind, types) in [
        (Kind::Authorization, &["0100", "0101"][..]),
        (Kind::Advice, &["0120", "0121"]),
        (Kind::Single, &["0200", "0201"]),
        (Kind::Clearing, &["0220", "0221"]),
        (Kind::Reversal, &["0400", "0401", "0420", "0421"]),
        (Kind::Management, &["0800", "0801"]),
        (Kind::Other, &["0102", "0110", "0122", "0202", "0300", "0430", "0810", "0820"]),
    ] {
        for mti in types {
            assert_eq!(Kind::of(&Message::new(mti.parse().unwrap())), kind, "{mti}");
        }
    }
}

#[test]
fn message_type_and_processing_code_make_the_command() {
    use Outline::{Advise, Clear, Hold, Post, Refund, Unfit};
    use RequestKind::{BalanceInquiry, Cash, Credit, Purchase};
    let unknown = || Unfit(DeclineReason::InvalidTransaction);
    let table: [(&str, [Outline; 4]); 8] = [
        ("000000", [Hold(Purchase), Post(Purchase), Advise, Clear]),
        ("010000", [Hold(Cash), Post(Cash), Advise, Clear]),
        ("092030", [Hold(Purchase), Post(Purchase), Advise, Clear]),
        ("200000", [Hold(Credit), Refund, unknown(), Refund]),
        ("300000", [Hold(BalanceInquiry), Post(BalanceInquiry), unknown(), unknown()]),
        ("310000", [Hold(BalanceInquiry), Post(BalanceInquiry), unknown(), unknown()]),
        ("990000", [unknown(), unknown(), unknown(), unknown()]),
        ("020000", [unknown(), unknown(), unknown(), unknown()]),
    ];
    for (code, outlines) in table {
        for ((mti, repeat), expected) in
            [("0100", "0101"), ("0200", "0201"), ("0120", "0121"), ("0220", "0221")]
                .into_iter()
                .zip(outlines)
        {
            let message = processing(code);
            assert_eq!(outline(retyped(&message, mti)), expected, "{mti} {code}");
            assert_eq!(outline(retyped(&message, repeat)), expected, "{repeat} {code}");
        }
        for mti in ["0400", "0401", "0420", "0421"] {
            let message = changed(&reversal(Mti::REVERSAL_REQUEST, None), &[(3, code)]);
            assert_eq!(outline(retyped(&message, mti)), Outline::Reverse, "{mti} {code}");
        }
    }
}

#[test]
fn a_purchase_of_nothing_asks_whether_the_card_is_good() {
    let nothing = changed(&request(), &[(4, "000000000000")]);
    let command = asked(nothing.clone());
    assert_eq!(command.kind, RequestKind::Verification);
    assert_eq!(command.amount, Ok(Asked::domestic(Money::usd(0))));
    let abroad = changed(&nothing, &[(49, "978")]);
    assert_eq!(asked(abroad).kind, RequestKind::Verification);
    // Whatever else is about nothing is about an amount that nobody can hold.
    for (code, kind) in [("010000", RequestKind::Cash), ("200000", RequestKind::Credit)] {
        assert_eq!(asked(changed(&nothing, &[(3, code)])).kind, kind);
    }
    assert_eq!(asked(retyped(&nothing, "0200")).kind, RequestKind::Purchase);
}

#[test]
fn an_inquiry_needs_no_amount_and_takes_none() {
    let inquiry = processing("310000");
    let mut bare = inquiry.clone();
    assert!(bare.remove(4) && bare.remove(49));
    for message in [inquiry, bare] {
        assert_eq!(asked(message).amount, Ok(Asked::domestic(Money::usd(0))));
    }
}

#[test]
fn an_authorization_takes_over_the_facts() {
    let Authorize { exchange, request: asked, posting, .. } = authorize(request());
    assert_eq!(asked.amount, Ok(Asked::domestic(Money::usd(1_250))));
    assert_eq!((asked.expiry, asked.cvv), (Some(expiry()), CvvCheck::Absent));
    assert_eq!((asked.channel, asked.country), (Channel::Ecommerce, Country::parse("US")));
    assert_eq!((asked.partial, posting), (PartialApproval::Refused, Posting::Hold));
    assert_eq!(exchange.key, message_key(&request()));
    assert_eq!(exchange.merchant, purchase().merchant);
    assert_eq!(exchange.retrieval_reference, "613907000001");
    assert_eq!((exchange.mti.as_str(), exchange.stan.as_str()), ("0100", "000042"));
    assert_eq!(exchange.network_trace, "NET000000000001");
}

#[test]
fn the_networks_name_of_a_transaction_is_bounded_and_no_card_data() {
    let long = "X".repeat(65);
    let [with_pan, track] = [format!("A{PAN}B"), "4000001234567899=29112011".to_owned()];
    for (sent, taken) in [
        ("  TRACE-1 a ", "TRACE-1 a"),
        ("   ", ""),
        ("A_B", ""),
        (long.as_str(), ""),
        (with_pan.as_str(), ""),
        (track.as_str(), ""),
    ] {
        let exchange = authorize(changed(&request(), &[(63, sent)])).exchange;
        assert_eq!(exchange.network_trace, taken);
    }
    let mut bare = request();
    assert!(bare.remove(63));
    assert_eq!(authorize(bare).exchange.network_trace, "");
}

/// 25 characters of name and 13 of city: the number begins in the one and ends in the other.
#[test]
fn a_number_across_the_parts_of_the_merchant_is_masked_before_they_part() {
    let place = format!("{:<17}{PAN}{:<5}US", "SHOP", "");
    let merchant = authorize(changed(&request(), &[(43, &place)])).exchange.merchant;
    assert_eq!(
        (merchant.name.as_str(), merchant.city.as_str()),
        ("SHOP             411111**", "****1111")
    );
    assert_eq!(merchant.country, "US");
    // No card of ours, but a card all the same.
    let place = format!("{:<10}5555555555554444{:<12}US", "SHOP", "");
    let merchant = authorize(changed(&request(), &[(43, &place)])).exchange.merchant;
    assert_eq!(merchant.name, "SHOP      555555******444");
    // A merchant's number of 15 digits is its name; fifteen digits of the card are not.
    for (number, taken) in [("123456789012345", "123456789012345"), (&PAN[..15], "411111*****1111")]
    {
        let merchant = authorize(changed(&request(), &[(42, number)])).exchange.merchant;
        assert_eq!(merchant.id, taken);
    }
}

#[test]
fn the_trace_number_is_that_of_the_message_it_is_about() {
    assert_eq!(reverse(reversal(Mti::REVERSAL_ADVICE, None)).exchange.stan, "000042");
    let original =
        OriginalDataElements::try_new(Mti::AUTHORIZATION_REQUEST, "000777", "0519073000", "", "");
    let zeros = "0".repeat(42);
    for (quoted, stan) in [(original.unwrap().as_str(), "000777"), (zeros.as_str(), "000042")] {
        let posted = changed(&clearing(None), &[(90, quoted)]);
        assert_eq!(clear(posted).exchange.stan, stan);
    }
}

#[test]
fn track_2_stands_in_for_pan_and_expiry() {
    for separator in ['=', 'D'] {
        let mut message = request();
        message.remove(2);
        message.remove(14);
        let track = format!("{PAN}{separator}2911201000");
        message.set(35, &track).unwrap();
        let command = authorize(message);
        assert_eq!(command.exchange.pan, authorize(request()).exchange.pan);
        assert_eq!(command.request.expiry, Some(expiry()));
    }
}

#[test]
fn a_missing_or_unreadable_field_is_a_format_error() {
    for mti in ["0100", "0120", "0200", "0220"] {
        for de in [2, 3, 4, 7, 11] {
            let mut message = retyped(&request(), mti);
            message.remove(de);
            assert_eq!(refused(message), Some("30"), "DE {de} of {mti}");
        }
    }
    for (de, text) in [(2, "41111"), (14, "2913")] {
        assert_eq!(refused(changed(&request(), &[(de, text)])), Some("30"), "DE {de}");
    }
    for de in [2, 7, 11, 90] {
        let mut message = reversal(Mti::REVERSAL_REQUEST, None);
        message.remove(de);
        assert_eq!(refused(message), Some("30"), "DE {de} of a reversal");
    }
    let zeros = "0".repeat(42);
    let back = reversal(Mti::REVERSAL_REQUEST, Some(Money::usd(1)));
    for vague in [(49, "978"), (90, zeros.as_str())] {
        assert_eq!(refused(changed(&back, &[vague])), Some("30"));
    }
}

#[test]
fn only_requests_and_postings_are_reversed() {
    let back = reversal(Mti::REVERSAL_ADVICE, None);
    let quoting = |mti: &str, stan: &str| {
        let mti = mti.parse().unwrap();
        OriginalDataElements::try_new(mti, stan, "0519073000", "00400001", "").unwrap()
    };
    for (mti, refusal) in
        [("0100", None), ("0220", None), ("0420", Some("30")), ("0800", Some("30"))]
    {
        let quoted = quoting(mti, "000777");
        assert_eq!(refused(changed(&back, &[(90, quoted.as_str())])), refusal, "{mti}");
    }
    let itself = quoting("0420", back.get(11).unwrap());
    assert_eq!(refused(changed(&back, &[(90, itself.as_str())])), Some("30"));
}

#[test]
fn card_data_must_agree_with_itself() {
    let with_track = |track: &str| refused(changed(&request(), &[(35, track)]));
    assert_eq!(with_track(&format!("{PAN}=2911201000")), None);
    assert_eq!(with_track(&format!("{PAN}==201000")), None, "the track has no expiry");
    assert_eq!(with_track("5555555555554444=2911201000"), Some("30"));
    assert_eq!(with_track(&format!("{PAN}=2912201000")), Some("30"));
}

#[test]
fn a_number_with_a_wrong_check_digit_is_no_card() {
    let mistyped = |message: Message| refused(changed(&message, &[(2, "4111111111111112")]));
    for mti in ["0100", "0120", "0200", "0220"] {
        assert_eq!(mistyped(retyped(&request(), mti)), Some("14"), "{mti}");
    }
    assert_eq!(mistyped(reversal(Mti::REVERSAL_REQUEST, None)), Some("00"));
}

#[test]
fn an_advice_says_what_the_network_decided() {
    let advice = purchase().advice("AB12").unwrap();
    for code in ["00", "08", "10", "11", "85", "87"] {
        assert_eq!(advise(changed(&advice, &[(39, code)])).stand_in, StandIn::Approved, "{code}");
    }
    for code in ["05", "51", "91", "  "] {
        assert_eq!(advise(changed(&advice, &[(39, code)])).stand_in, StandIn::Declined, "{code}");
    }
    let mut silent = advice.clone();
    silent.remove(39);
    assert_eq!(advise(silent).stand_in, StandIn::Approved);
    let taken = advise(advice);
    assert_eq!(taken.approval_code.as_deref(), Some("AB12"));
    assert_eq!(taken.amount, Ok(Asked::domestic(Money::usd(1_250))));
}

#[test]
fn a_clearing_quotes_its_approval() {
    for (quoted, expected) in
        [(Some("012345"), Some("012345")), (Some("      "), None), (None, None)]
    {
        let command = clear(clearing(quoted));
        assert_eq!(command.approval_code.as_deref(), expected);
        assert_eq!(command.amount, Ok(Asked::domestic(Money::usd(1_250))));
        assert_eq!(command.finality, Finality::Last);
    }
    let refund = purchase().refund(Some("012345")).unwrap();
    let Ok(Command::Refund(refund)) = translated(refund) else { panic!("not a refund") };
    assert_eq!(refund.approval_code.as_deref(), Some("012345"));
}

#[test]
fn a_clearing_may_be_one_of_several() {
    for (private, finality) in [
        ("98040102", Some(Finality::MoreToCome)),
        ("98040202", Some(Finality::Last)),
        ("98040101", Some(Finality::Last)),
        ("9203123", Some(Finality::Last)),
        ("free text", Some(Finality::Last)),
        ("98040201", None),
        ("98040002", None),
        ("9803010", None),
        ("980401 2", None),
        ("9805001002", None),
    ] {
        let posted = changed(&clearing(None), &[(48, private)]);
        match finality {
            Some(finality) => assert_eq!(clear(posted).finality, finality, "{private}"),
            None => assert_eq!(refused(posted), Some("30"), "{private}"),
        }
    }
}

#[test]
fn a_terminal_says_whether_it_takes_a_part() {
    for (private, partial) in [
        ("610510000", PartialApproval::Accepted),
        ("T61010", PartialApproval::Refused),
        ("61011", PartialApproval::Accepted),
        ("610501000", PartialApproval::Refused),
        ("6100", PartialApproval::Refused),
    ] {
        let request = changed(&request(), &[(48, private)]);
        assert_eq!(asked(request).partial, partial, "{private}");
    }
}

#[test]
fn a_reversal_names_its_original_and_what_remains() {
    let full = reverse(reversal(Mti::REVERSAL_REQUEST, None));
    assert_eq!(full.original, message_key(&request()).id());
    assert_eq!(full.remaining, None);
    let left = Some(Money::usd(400));
    assert_eq!(reverse(reversal(Mti::REVERSAL_REQUEST, left)).remaining, left);
    let nothing = Some(Money::usd(0));
    assert_eq!(reverse(reversal(Mti::REVERSAL_REQUEST, nothing)).remaining, None);
    assert_ne!(full.exchange.key.id(), full.original);
}

#[test]
fn a_repeat_must_agree_on_card_kind_and_amounts() {
    let total = |cents| ReplacementAmounts::try_new(cents).unwrap().to_text();
    let back = reversal(Mti::REVERSAL_REQUEST, Some(Money::usd(5)));
    let digest = |message: &Message| match translated(message.clone()) {
        Ok(Command::Authorize(command)) => command.exchange.fingerprint,
        Ok(Command::Reverse(command)) => command.exchange.fingerprint,
        _ => panic!("neither request nor reversal"),
    };
    let first = request();
    for (de, text) in [
        (2, "5555555555554444"),
        (3, "010000"),
        (4, "000000001251"),
        (6, "000000001250"),
        (49, "978"),
        (51, "840"),
    ] {
        let other = changed(&first, &[(de, text)]);
        assert_ne!(digest(&first), digest(&other), "DE {de}");
    }
    let original =
        OriginalDataElements::try_new(Mti::AUTHORIZATION_REQUEST, "000777", "0519073000", "", "");
    for (de, text) in [(90, original.unwrap().as_str()), (95, &total(6))] {
        assert_ne!(digest(&back), digest(&changed(&back, &[(de, text)])), "DE {de}");
    }
    for (de, text) in [(12, "999999"), (63, "OTHER"), (18, "5999"), (43, &" ".repeat(40))] {
        assert_eq!(digest(&first), digest(&changed(&first, &[(de, text)])), "DE {de}");
    }
}
