use cardium_kernel::{Book, Problem};

use super::Shape;
use crate::{field::invalid, word::Word};

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the query string.
    Query,
    /// Among the headers.
    Header,
}

/// What a parameter's text may be.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// One word of a closed set.
    Word(&'static [&'static str]),
    /// A comma list of words of a closed set.
    Words(&'static [&'static str]),
    /// Text of at most this many characters.
    Text(u32),
    /// An amount of US dollars.
    Money,
    /// A moment (RFC 3339).
    Moment,
    /// A whole number within these bounds.
    Number(i64, i64),
    /// `true` or `false`.
    Flag,
    /// Text of this form, such as an id.
    Form(Shape),
}

/// One parameter of an operation, beside its path.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Where it stands.
    pub place: Place,
    /// What it may be.
    pub kind: Kind,
    /// One line on what it does.
    pub summary: &'static str,
}

/// Text that is compared as it stands; nothing that is stored is longer.
pub(super) const TEXT: Kind = Kind::Text(255);

/// The filter that every list of one book's objects has.
pub(super) const MODE: Parameter =
    Parameter::query("mode", Kind::Form(Shape::of::<Word<Book>>()), "Only this book");

/// The least amount that a list shows.
pub(super) const AMOUNT_MIN: Parameter =
    Parameter::query("amount_min", Kind::Money, "Only amounts from this one on");

/// The greatest amount that a list shows.
pub(super) const AMOUNT_MAX: Parameter =
    Parameter::query("amount_max", Kind::Money, "Only amounts up to this one");

impl Parameter {
    /// A parameter of the query string.
    #[must_use]
    pub const fn query(name: &'static str, kind: Kind, summary: &'static str) -> Self {
        Self { name, place: Place::Query, kind, summary }
    }

    /// What an answer can show in full beside its ids.
    #[must_use]
    pub(super) const fn expand(words: &'static [&'static str]) -> Self {
        let summary = "Objects to be shown in full beside their ids, in a comma list";
        Self::query(crate::expand::PARAM, Kind::Words(words), summary)
    }

    /// A header.
    #[must_use]
    pub const fn header(name: &'static str, kind: Kind, summary: &'static str) -> Self {
        Self { name, place: Place::Header, kind, summary }
    }
}

/// Passes text in the query that is no longer than its parameter says.
///
/// # Errors
/// `invalid_field`.
pub fn check_texts<'a>(
    parameters: &[Parameter],
    text: impl Fn(&str) -> Option<&'a str>,
) -> Result<(), Problem> {
    for parameter in parameters.iter().filter(|parameter| parameter.place == Place::Query) {
        let Kind::Text(most) = parameter.kind else { continue };
        let length = text(parameter.name).map_or(0, |text| text.chars().count());
        if u32::try_from(length).map_or(true, |length| length > most) {
            let rule = format!("must have at most {most} characters");
            return Err(invalid(parameter.name, &rule));
        }
    }
    Ok(())
}
