//! Query strings of lists: page, order and filters, read into closed types.

use std::collections::BTreeMap;

use cardium_app::reads::ListQuery;
use cardium_kernel::{
    AccountId, Book, Cursor, Direction, ErrorCode, IdError, PageLimit, Problem, Sort, Timestamp,
};

use crate::{
    expand,
    field::{invalid, moment, word},
};

/// The most parameters a query may have; no list takes more than half of them.
const MOST: usize = 32;

/// The one parameter that may occur several times, each time with one more value.
const MANY: (&str, &str) = ("expand[]", expand::PARAM);

/// The parameters of a query string.
#[derive(Debug, Clone, Default)]
pub struct Query {
    parameters: BTreeMap<String, String>,
    /// What was asked for, whether it was there or not.
    #[cfg(test)]
    asked: std::cell::RefCell<std::collections::BTreeSet<String>>,
}

/// What one list can be sorted by, and what its cursors are.
pub struct Order<'a, S> {
    /// Sort fields by name, the default first.
    pub fields: &'a [(&'a str, S)],
    /// Reads an id of this list.
    pub cursor: fn(&str) -> Result<Cursor, IdError>,
}

impl Query {
    /// Takes a query string apart.
    ///
    /// # Errors
    /// `invalid_field` for a parameter that occurs twice or holds control characters.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let mut parameters: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            if value.chars().chain(name.chars()).any(char::is_control) {
                return Err(invalid(&printable(&name), "must not hold control characters"));
            }
            let (many, list) = MANY;
            if name == many
                && let Some(values) = parameters.get_mut(list)
            {
                values.push(',');
                values.push_str(&value);
                continue;
            }
            let name = if name == many { list.into() } else { name };
            if parameters.contains_key(&*name) {
                return Err(invalid(&name, "occurs twice"));
            }
            if parameters.len() >= MOST {
                return Err(invalid(&name, "is one parameter too many"));
            }
            parameters.insert(name.into_owned(), value.into_owned());
        }
        Ok(Self {
            parameters,
            #[cfg(test)]
            asked: Default::default(),
        })
    }

    /// A parameter's text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        #[cfg(test)]
        self.asked.borrow_mut().insert(name.to_owned());
        self.parameters.get(name).map(String::as_str)
    }

    /// What was asked for so far.
    #[cfg(test)]
    pub(crate) fn asked(&self) -> std::collections::BTreeSet<String> {
        self.asked.borrow().clone()
    }

    /// A parameter read by `parse`.
    ///
    /// # Errors
    /// Whatever `parse` says.
    pub fn read<T>(
        &self,
        name: &str,
        parse: impl Fn(&str, &str) -> Result<T, Problem>,
    ) -> Result<Option<T>, Problem> {
        self.text(name).map(|text| parse(text, name)).transpose()
    }

    /// A parameter that is a whole number, in digits alone.
    ///
    /// # Errors
    /// `invalid_field`, naming the bounds.
    pub fn number(&self, name: &str, (least, most): (i64, i64)) -> Result<Option<i64>, Problem> {
        self.read(name, |text, param| {
            let plain = text.bytes().all(|byte| byte.is_ascii_digit());
            let number = text.parse().ok().filter(|number| (least..=most).contains(number));
            let rule = format!("must be a whole number from {least} to {most}");
            number.filter(|_| plain).ok_or_else(|| invalid(param, &rule))
        })
    }

    /// A parameter that is a word of a closed set.
    ///
    /// # Errors
    /// `invalid_field`, naming the words.
    pub fn word<T>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Option<T>,
        words: &str,
    ) -> Result<Option<T>, Problem> {
        self.read(name, |text, param| word(text, param, &parse, words))
    }

    /// A parameter that is an id.
    ///
    /// # Errors
    /// `invalid_field`.
    pub fn id<T>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, IdError>,
    ) -> Result<Option<T>, Problem> {
        self.read(name, |text, param| {
            parse(text).map_err(|error| invalid(param, &format!("is {error}")))
        })
    }

    /// The book that `mode` names.
    ///
    /// # Errors
    /// `invalid_field`.
    pub fn mode(&self) -> Result<Option<Book>, Problem> {
        self.word("mode", Book::parse, "live, sandbox")
    }

    /// The list's query: page, order and dates from the parameters, the filter as given.
    ///
    /// # Errors
    /// `invalid_field` or `invalid_cursor`.
    pub fn list<F, S: Copy>(
        &self,
        account: AccountId,
        filter: F,
        order: &Order<'_, S>,
    ) -> Result<ListQuery<F, S>, Problem> {
        Ok(ListQuery {
            account,
            filter,
            created_after: self.moment("created_after")?,
            created_before: self.moment("created_before")?,
            sort: self.sort(order)?,
            cursor: self.cursor(order)?,
            limit: self.limit()?,
        })
    }

    /// A parameter that is a moment.
    ///
    /// # Errors
    /// `invalid_field`.
    pub fn moment(&self, name: &str) -> Result<Option<Timestamp>, Problem> {
        self.read(name, moment)
    }

    /// How many objects a page has at most.
    ///
    /// # Errors
    /// `invalid_field`.
    pub fn limit(&self) -> Result<PageLimit, Problem> {
        let limit = self.read("limit", |text, param| {
            let number = text.parse().ok().and_then(PageLimit::new);
            number.ok_or_else(|| invalid(param, "must be a whole number from 1 to 100"))
        })?;
        Ok(limit.unwrap_or(PageLimit::DEFAULT))
    }

    fn cursor<S>(&self, order: &Order<'_, S>) -> Result<Option<Cursor>, Problem> {
        self.read("cursor", |text, param| {
            (order.cursor)(text).map_err(|_| {
                let message = "The cursor names no object of this list.";
                Problem::field(ErrorCode::InvalidCursor, param, message)
            })
        })
    }

    fn sort<S: Copy>(&self, order: &Order<'_, S>) -> Result<Sort<S>, Problem> {
        let text = self.text("sort");
        let names: Vec<&str> = order.fields.iter().map(|(name, _)| *name).collect();
        let text = text.or_else(|| names.first().copied()).unwrap_or("");
        // The default order of every list is newest first; a named field rises unless it says
        // otherwise.
        let (name, direction) = match text.strip_prefix('-') {
            Some(name) => (name, Direction::Descending),
            None if self.text("sort").is_none() => (text, Direction::Descending),
            None => (text, Direction::Ascending),
        };
        let field = order.fields.iter().find(|(known, _)| *known == name);
        let unknown = || invalid("sort", &format!("must be one of {}", names.join(", ")));
        let (_, field) = field.ok_or_else(unknown)?;
        Ok(Sort { field: *field, direction })
    }
}

fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use cardium_kernel::CardId;

    use super::*;

    const ORDER: Order<'static, char> = Order {
        fields: &[("created_at", 'c'), ("status", 's')],
        cursor: |text| CardId::parse(text).map(CardId::value),
    };

    fn list(text: &str) -> Result<ListQuery<(), char>, Problem> {
        Query::parse(text)?.list(AccountId::new(1), (), &ORDER)
    }

    #[test]
    fn defaults_are_the_newest_25() {
        let query = list("").unwrap();
        assert_eq!(query.limit, PageLimit::DEFAULT);
        assert_eq!((query.sort.field, query.sort.direction), ('c', Direction::Descending));
    }

    #[test]
    fn a_named_field_rises_unless_it_says_otherwise() {
        for (text, field, direction) in [
            ("sort=created_at", 'c', Direction::Ascending),
            ("sort=-created_at", 'c', Direction::Descending),
            ("sort=-status", 's', Direction::Descending),
        ] {
            let sort = list(text).unwrap().sort;
            assert_eq!((sort.field, sort.direction), (field, direction), "{text}");
        }
    }

    #[test]
    fn bad_values_name_their_parameter() {
        for (text, code, param) in [
            ("limit=0", ErrorCode::InvalidField, "limit"),
            ("limit=-1", ErrorCode::InvalidField, "limit"),
            ("limit=101", ErrorCode::InvalidField, "limit"),
            ("limit=1000000000", ErrorCode::InvalidField, "limit"),
            ("limit=", ErrorCode::InvalidField, "limit"),
            ("limit=1&limit=2", ErrorCode::InvalidField, "limit"),
            ("cursor=x", ErrorCode::InvalidCursor, "cursor"),
            ("cursor=top_00000000000000000000000001", ErrorCode::InvalidCursor, "cursor"),
            ("sort=id;drop", ErrorCode::InvalidField, "sort"),
            ("sort=", ErrorCode::InvalidField, "sort"),
            ("sort=--status", ErrorCode::InvalidField, "sort"),
            ("created_after=yesterday", ErrorCode::InvalidField, "created_after"),
            ("label=%00", ErrorCode::InvalidField, "label"),
        ] {
            let problem = list(text).unwrap_err();
            assert_eq!((problem.code, problem.param.as_deref()), (code, Some(param)), "{text}");
        }
    }
}
