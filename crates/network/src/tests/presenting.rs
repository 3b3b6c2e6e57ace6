use cardium_cards::Channel;
use cardium_iso8583::Message;
use cardium_kernel::Country;

use super::support::{changed, purchase, request};
use crate::{
    presented::{channel, country, entry},
    simulate::Purchase,
};

fn bare() -> Message {
    let mut message = request();
    for de in [18, 19, 22, 25, 43] {
        message.remove(de);
    }
    message
}

#[test]
fn the_entry_mode_tells_the_channel() {
    for (expected, modes) in [
        (Channel::Ecommerce, &["010", "100", "812"][..]),
        (Channel::Contactless, &["071", "910"]),
        (Channel::Magstripe, &["021", "901", "800", "000"]),
        (Channel::Chip, &["051", "950"]),
    ] {
        for mode in modes {
            assert_eq!(channel(&changed(&bare(), &[(22, mode)])), expected, "{mode}");
        }
    }
}

#[test]
fn without_an_entry_mode_the_condition_tells() {
    for (expected, condition) in
        [(Channel::Ecommerce, "59"), (Channel::Ecommerce, "08"), (Channel::Magstripe, "00")]
    {
        assert_eq!(channel(&changed(&bare(), &[(25, condition)])), expected, "{condition}");
    }
    assert_eq!(channel(&bare()), Channel::Magstripe);
    let atm = changed(&bare(), &[(18, "6011"), (22, "051")]);
    assert_eq!(channel(&atm), Channel::Atm);
}

#[test]
fn what_is_written_reads_back() {
    for expected in [Channel::Ecommerce, Channel::Contactless, Channel::Magstripe, Channel::Chip] {
        let sent = Purchase { channel: expected, ..purchase() }.request().unwrap();
        assert_eq!(channel(&sent), expected);
    }
    assert_eq!(entry(Channel::Atm), entry(Channel::Chip), "the category tells a cash machine");
}

#[test]
fn the_merchants_country_is_in_letters_or_digits() {
    let place = |letters: &str| format!("{:<38}{letters}", "CORNER COFFEE");
    let (portugal, none) = (Country::parse("PT"), None);
    for (letters, digits, expected) in [
        (Some("PT"), None, portugal),
        (Some("pt"), None, portugal),
        (Some("PT"), Some("840"), portugal),
        (Some("  "), Some("620"), portugal),
        (Some("ZZ"), Some("620"), portugal),
        (None, Some("620"), portugal),
        (None, Some("004"), Country::parse("AF")),
        (None, Some("999"), none),
        (Some("ZZ"), None, none),
        (None, None, none),
    ] {
        let mut message = bare();
        if let Some(letters) = letters {
            message.set(43, &place(letters)).unwrap();
        }
        if let Some(digits) = digits {
            message.set(19, digits).unwrap();
        }
        assert_eq!(country(&message), expected, "{letters:?} {digits:?}");
    }
}
