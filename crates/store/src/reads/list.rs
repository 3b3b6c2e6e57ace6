use cardium_app::reads::{ListQuery, ReadError, ReadResult};
use cardium_kernel::{CardId, Direction, ErrorCode, Page, Problem};

use super::failed;
use crate::{
    db::{Connection, Kind, Record, Sql, Value},
    rows::time,
};

/// A keyset-paginated list in the making: conditions and their parameters.
pub(super) struct List {
    /// What is selected, from where: `SELECT .. FROM table alias`.
    select: String,
    /// The table with its alias, for looking the cursor up.
    from: &'static str,
    /// The id column, with its alias.
    id: &'static str,
    conditions: Vec<String>,
    binds: Vec<Value<'static>>,
    /// What the caller may see at all, beside the first condition.
    bounds: Vec<(String, Vec<Value<'static>>)>,
}

impl List {
    pub(super) fn new(columns: &str, from: &'static str, id: &'static str) -> Self {
        let select = format!("SELECT {columns} FROM {from}");
        let (conditions, binds, bounds) = (Vec::new(), Vec::new(), Vec::new());
        Self { select, from, id, conditions, binds, bounds }
    }

    /// Adds a condition with one parameter.
    pub(super) fn and(&mut self, condition: impl Into<String>, value: Value<'static>) {
        self.conditions.push(condition.into());
        self.binds.push(value);
    }

    /// Adds a condition with several parameters.
    pub(super) fn and_all(
        &mut self,
        condition: &str,
        values: impl IntoIterator<Item = Value<'static>>,
    ) {
        self.conditions.push(condition.to_owned());
        self.binds.extend(values);
    }

    /// Adds a condition without a parameter.
    pub(super) fn and_plain(&mut self, condition: &str) {
        self.conditions.push(condition.to_owned());
    }

    /// Adds a condition where there is a value for it.
    pub(super) fn and_some<T>(
        &mut self,
        condition: &str,
        value: Option<T>,
        make: impl FnOnce(T) -> Value<'static>,
    ) {
        if let Some(value) = value {
            self.and(condition, make(value));
        }
    }

    /// Keeps rows whose column is one of these words of a closed set.
    pub(super) fn and_words(&mut self, column: &str, words: &[String]) {
        // SQL knows no empty set.
        let words = if words.is_empty() { "NULL".to_owned() } else { words.join(", ") };
        self.conditions.push(format!("{column} IN ({words})"));
    }

    /// Keeps what the caller may see at all. A cursor is held to it as well: what it passes
    /// tells whether a row is there.
    fn and_bound(&mut self, condition: &str, values: Vec<Value<'static>>) {
        self.bounds.push((condition.to_owned(), values.clone()));
        self.and_all(condition, values);
    }

    /// Keeps one row, where the caller may see no other.
    pub(super) fn and_only(&mut self, column: &str, only: Option<u128>) {
        if let Some(id) = only {
            self.and_bound(&format!("{column} = ?"), vec![Value::id(id)]);
        }
    }

    /// Keeps rows of these cards, where there is a choice of them; a choice is small.
    pub(super) fn and_cards(&mut self, column: &str, cards: Option<&[CardId]>) {
        let Some(cards) = cards else { return };
        let marks = match cards.len() {
            // SQL knows no empty set.
            0 => "NULL".to_owned(),
            some => vec!["?"; some].join(", "),
        };
        let ids = cards.iter().map(|card| Value::id(card.value())).collect();
        self.and_bound(&format!("{column} IN ({marks})"), ids);
    }

    /// Adds the moments that every list can be cut by.
    pub(super) fn between<F, S>(&mut self, column: &str, query: &ListQuery<F, S>) {
        self.and_some(&format!("{column} >= ?"), query.created_after, time);
        self.and_some(&format!("{column} < ?"), query.created_before, time);
    }

    /// Fetches the page: rows after the cursor in the order of `sort` and id, one more than
    /// asked for. Never an OFFSET: page 10,000 costs what page 1 costs.
    pub(super) fn fetch<F, S>(
        mut self,
        connection: &mut Connection,
        query: &ListQuery<F, S>,
        (sort, sort_kind): (&str, Kind),
        kinds: &[Kind],
    ) -> ReadResult<Vec<Record>> {
        let (order, after) = match query.sort.direction {
            Direction::Ascending => ("ASC", ">"),
            Direction::Descending => ("DESC", "<"),
        };
        let id = self.id;
        if let Some(cursor) = query.cursor {
            let value = self.find_cursor(connection, cursor, (sort, sort_kind))?;
            self.conditions.push(format!("({sort}, {id}) {after} (?, ?)"));
            self.binds.push(value);
            self.binds.push(Value::id(cursor));
        }
        let text = self.statement(sort, order);
        let sql = self.binds.into_iter().fold(Sql::new(text), Sql::bind);
        let limit = i64::from(query.limit.get()).saturating_add(1);
        connection.select(&sql.int(limit), kinds).map_err(failed)
    }

    /// The page's statement.
    pub(super) fn statement(&self, sort: &str, order: &str) -> String {
        let (select, id) = (&self.select, self.id);
        let conditions = self.conditions.join(" AND ");
        format!("{select} WHERE {conditions} ORDER BY {sort} {order}, {id} {order} LIMIT ?")
    }

    /// The sort value of the cursor's row. The row must be one that the caller may see: the
    /// first condition is the owner's.
    fn find_cursor(
        &self,
        connection: &mut Connection,
        cursor: u128,
        (sort, kind): (&str, Kind),
    ) -> ReadResult<Value<'static>> {
        let (from, id) = (self.from, self.id);
        let owner = self.conditions.first().map_or("", String::as_str);
        let mut text = format!("SELECT {sort} FROM {from} WHERE {owner} AND {id} = ?");
        let owner = self.binds.first().cloned().unwrap_or(Value::Null);
        let mut binds = vec![owner, Value::id(cursor)];
        for (bound, values) in &self.bounds {
            text.push_str(" AND ");
            text.push_str(bound);
            binds.extend(values.iter().cloned());
        }
        let sql = binds.into_iter().fold(Sql::new(text), Sql::bind);
        let record = connection.first(&sql, &[kind]).map_err(failed)?;
        record.and_then(|record| record.into_iter().next()).ok_or_else(|| {
            let message = "The cursor is not an object of this list.";
            ReadError::Problem(Problem::field(ErrorCode::InvalidCursor, "cursor", message))
        })
    }
}

/// A page of domain values from fetched records.
pub(super) fn page<T, F, S>(
    records: Vec<Record>,
    query: &ListQuery<F, S>,
    read: impl FnMut(Record) -> ReadResult<T>,
) -> ReadResult<Page<T>> {
    let rows = records.into_iter().map(read).collect::<ReadResult<Vec<T>>>()?;
    Ok(Page::from_overfetch(rows, query.limit))
}

/// Owned text as a parameter.
pub(super) fn text(value: impl Into<String>) -> Value<'static> {
    Value::Text(value.into().into())
}
