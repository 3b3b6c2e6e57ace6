use std::fmt;

/// A merchant category code (ISO 18245): four digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mcc(u16);

impl Mcc {
    /// Reads exactly four ASCII digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().ok().map(Self)).flatten()
    }

    /// The code as a number.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Mcc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.0)
    }
}

/// The codes from one to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MccRange {
    from: Mcc,
    to: Mcc,
}

impl MccRange {
    /// Reads one code, such as `5411`, or a range in ascending order, such as `3000-3299`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        let (from, to) = (Mcc::parse(from)?, Mcc::parse(to)?);
        (from <= to).then_some(Self { from, to })
    }

    /// The least code.
    #[must_use]
    pub const fn from(self) -> Mcc {
        self.from
    }

    /// The greatest code.
    #[must_use]
    pub const fn to(self) -> Mcc {
        self.to
    }

    /// Whether the code is among them.
    #[must_use]
    pub fn contains(self, mcc: Mcc) -> bool {
        self.from <= mcc && mcc <= self.to
    }
}

impl fmt::Display for MccRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.from)?;
        if self.from == self.to { Ok(()) } else { write!(f, "-{}", self.to) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_read_as_they_are_written() {
        for text in ["5411", "0000", "3000-3299", "0742-0743"] {
            assert_eq!(MccRange::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(MccRange::parse("5411-5411").unwrap().to_string(), "5411");
    }

    #[test]
    fn anything_else_is_no_range() {
        for text in ["", "541", "54111", "+541", "54a1", "3299-3000", "1-2", "3000-", "٥٤١١"] {
            assert_eq!(MccRange::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_range_has_both_of_its_ends() {
        let range = MccRange::parse("3000-3299").unwrap();
        let has = |text| range.contains(Mcc::parse(text).unwrap());
        assert!(has("3000") && has("3299") && !has("2999") && !has("3300"));
    }
}
