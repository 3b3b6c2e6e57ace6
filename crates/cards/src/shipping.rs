//! Where the plastic of a card is sent: personal data, so it is kept sealed and masked in logs.
//!
//! Invariants: every field is within its bounds and has no control characters, which a label
//! could not show. Deliberately absent: whether the address exists.

use std::fmt;

use cardium_kernel::Country;

/// An address as it was given.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct ShippingRecord {
    /// Who receives it.
    pub name: String,
    /// Street and number.
    pub line1: String,
    /// A second line, such as a flat.
    pub line2: Option<String>,
    /// Town.
    pub city: String,
    /// State, province or region, where the country has them in addresses.
    pub state: Option<String>,
    /// Postal code.
    pub postal_code: String,
    /// Country; nothing only before the others are checked.
    pub country: Option<Country>,
    /// Whom the carrier may call.
    pub phone: Option<String>,
}

impl fmt::Debug for ShippingRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ShippingRecord(..)")
    }
}

/// Why an address is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShippingError {
    /// A field is missing, empty or too long.
    #[error("must have {least} to {most} characters")]
    Length {
        /// The field.
        field: &'static str,
        /// The fewest characters.
        least: usize,
        /// The most characters.
        most: usize,
    },
    /// A field has control characters.
    #[error("must have no control characters")]
    Control {
        /// The field.
        field: &'static str,
    },
    /// The phone number is none.
    #[error("must have digits, spaces and + ( ) . - only")]
    Phone,
    /// No country.
    #[error("must be an ISO 3166-1 alpha-2 code such as DE")]
    Country,
}

impl ShippingError {
    /// The field at fault.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::Length { field, .. } | Self::Control { field } => field,
            Self::Phone => "phone",
            Self::Country => "country",
        }
    }
}

/// Where the plastic of a card is sent. Its record can be read.
#[derive(Clone, PartialEq, Eq)]
pub struct Shipping(ShippingRecord);

impl std::ops::Deref for Shipping {
    type Target = ShippingRecord;

    fn deref(&self) -> &ShippingRecord {
        &self.0
    }
}

impl fmt::Debug for Shipping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shipping(..)")
    }
}

impl Shipping {
    /// Characters of a name, a line, a town or a state: what fits a label.
    pub const LONGEST_LINE: usize = 100;
    /// Characters of a postal code.
    pub const LONGEST_POSTAL_CODE: usize = 20;
    /// Characters of a phone number: the 15 digits of ITU-T E.164 and room to group them.
    pub const LONGEST_PHONE: usize = 32;

    /// Takes an address within the bounds.
    ///
    /// # Errors
    /// [`ShippingError`], naming the field.
    pub fn try_new(record: ShippingRecord) -> Result<Self, ShippingError> {
        let line = Self::LONGEST_LINE;
        check("name", &record.name, (1, line))?;
        check("line1", &record.line1, (1, line))?;
        check("line2", record.line2.as_deref().unwrap_or(""), (0, line))?;
        check("city", &record.city, (1, line))?;
        check("state", record.state.as_deref().unwrap_or(""), (0, line))?;
        check("postal_code", &record.postal_code, (1, Self::LONGEST_POSTAL_CODE))?;
        record.country.ok_or(ShippingError::Country)?;
        if let Some(phone) = &record.phone {
            check("phone", phone, (1, Self::LONGEST_PHONE))?;
            let known = |c: char| c.is_ascii_digit() || " +().-".contains(c);
            if !phone.chars().all(known) {
                return Err(ShippingError::Phone);
            }
        }
        Ok(Self(record))
    }

    /// The address as the lines of one text, for its seal.
    #[must_use]
    pub fn to_text(&self) -> String {
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        let country = self.country.map_or_else(String::new, |country| country.to_string());
        let lines = [
            self.name.clone(),
            self.line1.clone(),
            or_empty(&self.line2),
            self.city.clone(),
            or_empty(&self.state),
            self.postal_code.clone(),
            country,
            or_empty(&self.phone),
        ];
        lines.join("\n")
    }

    /// Reads the lines of [`Shipping::to_text`].
    #[must_use]
    pub fn parse_text(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.split('\n').collect();
        let [name, line1, line2, city, state, postal_code, country, phone] = lines[..] else {
            return None;
        };
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let record = ShippingRecord {
            name: name.to_owned(),
            line1: line1.to_owned(),
            line2: given(line2),
            city: city.to_owned(),
            state: given(state),
            postal_code: postal_code.to_owned(),
            country: Country::parse(country),
            phone: given(phone),
        };
        Self::try_new(record).ok()
    }
}

fn check(
    field: &'static str,
    text: &str,
    (least, most): (usize, usize),
) -> Result<(), ShippingError> {
    if !(least..=most).contains(&text.chars().count()) {
        return Err(ShippingError::Length { field, least, most });
    }
    let control = text.chars().any(char::is_control);
    if control { Err(ShippingError::Control { field }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn home() -> ShippingRecord {
        ShippingRecord {
            name: "Ada Example".into(),
            line1: "Hauptstraße 1".into(),
            city: "Köln".into(),
            postal_code: "50667".into(),
            country: Country::parse("DE"),
            ..ShippingRecord::default()
        }
    }

    #[test]
    fn addresses_are_refused_by_field() {
        assert!(Shipping::try_new(home()).is_ok());
        let long = "x".repeat(101);
        for (record, field) in [
            (ShippingRecord { name: String::new(), ..home() }, "name"),
            (ShippingRecord { line1: long.clone(), ..home() }, "line1"),
            (ShippingRecord { line2: Some("a\nb".into()), ..home() }, "line2"),
            (ShippingRecord { city: "a\u{7f}".into(), ..home() }, "city"),
            (ShippingRecord { state: Some(long), ..home() }, "state"),
            (ShippingRecord { postal_code: "1".repeat(21), ..home() }, "postal_code"),
            (ShippingRecord { country: None, ..home() }, "country"),
            (ShippingRecord { phone: Some("call me".into()), ..home() }, "phone"),
            (ShippingRecord { phone: Some(String::new()), ..home() }, "phone"),
        ] {
            assert_eq!(Shipping::try_new(record).unwrap_err().field(), field);
        }
    }

    #[test]
    fn nothing_of_an_address_is_logged() {
        let shipping = Shipping::try_new(home()).unwrap();
        assert_eq!(format!("{shipping:?} {:?}", *shipping), "Shipping(..) ShippingRecord(..)");
    }

    proptest! {
        #[test]
        fn an_address_survives_its_text(
            (name, line2) in (r"\PC{1,100}", proptest::option::of(r"\PC{1,100}")),
            phone in proptest::option::of(r"\+[0-9 ().-]{1,31}"),
        ) {
            let record = ShippingRecord { name, line2, phone, ..home() };
            let shipping = Shipping::try_new(record).unwrap();
            prop_assert_eq!(Shipping::parse_text(&shipping.to_text()), Some(shipping));
        }
    }
}
