//! How and where the card was used: DE 18, 19, 22, 25 and 43.

use cardium_cards::Channel;
use cardium_iso8583::{CardAcceptor, Message};
use cardium_kernel::Country;

/// Cash machines (ISO 18245).
const CASH_MACHINE: &str = "6011";

/// By which channel the card was used. The PAN entry mode (the first two digits of DE 22) tells;
/// where it does not, the point of service condition (DE 25: 08 mail or telephone, 59 on-line).
/// What neither tells counts as the stripe, the weakest way to use a card that is there.
pub(crate) fn channel(message: &Message) -> Channel {
    if message.get(18) == Some(CASH_MACHINE) {
        return Channel::Atm;
    }
    match message.get(22).and_then(|mode| mode.get(..2)) {
        Some("01" | "10" | "81") => Channel::Ecommerce,
        Some("07" | "91") => Channel::Contactless,
        Some("05" | "95") => Channel::Chip,
        Some("02" | "90") => Channel::Magstripe,
        _ => match message.get(25) {
            Some("08" | "59") => Channel::Ecommerce,
            _ => Channel::Magstripe,
        },
    }
}

/// Where the merchant is: the letters of DE 43, else the digits of DE 19; none where neither
/// names a country.
pub(crate) fn country(message: &Message) -> Option<Country> {
    let place = message.get(43).and_then(|text| CardAcceptor::parse(text).ok());
    let named = place.and_then(|place| {
        let letters = place.country().to_ascii_uppercase();
        celes::Country::from_alpha2(letters).ok()
    });
    let numbered = || celes::Country::from_value(message.get(19)?.parse().ok()?).ok();
    Country::parse(named.or_else(numbered)?.alpha2)
}

/// DE 22 and 25 of a card used this way: what [`channel`] reads.
pub(crate) const fn entry(channel: Channel) -> (&'static str, &'static str) {
    match channel {
        Channel::Ecommerce => ("812", "59"),
        Channel::Contactless => ("071", "00"),
        Channel::Chip | Channel::Atm => ("051", "00"),
        Channel::Magstripe => ("901", "00"),
    }
}
