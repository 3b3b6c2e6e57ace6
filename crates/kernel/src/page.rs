/// A page size between 1 and 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageLimit(u8);

impl PageLimit {
    /// Used when the client names none.
    pub const DEFAULT: Self = Self(25);
    /// The largest page served.
    pub const MAX: u8 = 100;

    /// A limit, when it lies in 1..=100.
    #[must_use]
    pub fn new(limit: i64) -> Option<Self> {
        u8::try_from(limit).ok().filter(|n| (1..=Self::MAX).contains(n)).map(Self)
    }

    /// Rows on the page.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// Which way a list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first; the default of every list.
    Descending,
}

/// A sort field of one resource (`F` is a closed enum) with its direction; ties go by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort<F> {
    /// The field compared first.
    pub field: F,
    /// The way both the field and the id are sorted.
    pub direction: Direction,
}

/// The id of the last object of the page before.
pub type Cursor = u128;

/// One page of a keyset-paginated list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// At most the asked number of objects.
    pub items: Vec<T>,
    /// Whether objects follow after the last one.
    pub has_more: bool,
}

impl<T> Page<T> {
    /// Makes a page from up to `limit + 1` rows: the extra row only says that more follow.
    #[must_use]
    pub fn from_overfetch(mut rows: Vec<T>, limit: PageLimit) -> Self {
        let wanted = usize::from(limit.get());
        let has_more = rows.len() > wanted;
        rows.truncate(wanted);
        Self { items: rows, has_more }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_outside_1_to_100_are_refused() {
        for (asked, fits) in [(0, false), (1, true), (100, true), (101, false), (-1, false)] {
            assert_eq!(PageLimit::new(asked).is_some(), fits, "{asked}");
        }
    }

    #[test]
    fn the_extra_row_is_not_served() {
        let page = Page::from_overfetch(vec![1, 2, 3], PageLimit::new(2).unwrap());
        assert_eq!(page, Page { items: vec![1, 2], has_more: true });
    }
}
