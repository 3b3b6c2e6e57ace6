use std::borrow::Cow;

use cardium_kernel::StoreError;

/// What a column holds; any of them may be null where the schema says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A 128-bit id, 16 bytes big-endian.
    Id,
    /// Any bytes.
    Bytes,
    /// A 64-bit integer: amounts, times, versions.
    Int,
    /// Text.
    Text,
    /// A truth value.
    Bool,
}

/// A value on its way in or out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Null,
    Id([u8; 16]),
    Bytes(Cow<'a, [u8]>),
    Int(i64),
    Text(Cow<'a, str>),
    Bool(bool),
}

impl<'a> Value<'a> {
    pub(crate) const fn id(value: u128) -> Self {
        Self::Id(value.to_be_bytes())
    }

    pub(crate) const fn bytes(value: &'a [u8]) -> Self {
        Self::Bytes(Cow::Borrowed(value))
    }

    pub(crate) const fn text(value: &'a str) -> Self {
        Self::Text(Cow::Borrowed(value))
    }

    pub(crate) fn optional<T>(value: Option<T>, make: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Value::Null, make)
    }
}

/// The fields of one stored row, taken one by one in column order.
pub(crate) struct Fields {
    table: &'static str,
    values: std::vec::IntoIter<Value<'static>>,
}

impl Fields {
    pub(crate) fn new(table: &'static str, values: Vec<Value<'static>>) -> Self {
        Self { table, values: values.into_iter() }
    }

    /// The row does not decode.
    pub(crate) fn damaged(&self, detail: impl Into<String>) -> StoreError {
        StoreError::Corrupt { table: self.table, detail: detail.into() }
    }

    fn take(&mut self) -> Value<'static> {
        self.values.next().unwrap_or(Value::Null)
    }

    fn wrong<T>(&self, expected: &str, found: &Value<'_>) -> Result<T, StoreError> {
        Err(self.damaged(format!("expected {expected}, found {found:?}")))
    }

    pub(crate) fn id(&mut self) -> Result<u128, StoreError> {
        match self.take() {
            Value::Id(id) => Ok(u128::from_be_bytes(id)),
            other => self.wrong("an id", &other),
        }
    }

    pub(crate) fn int(&mut self) -> Result<i64, StoreError> {
        match self.take() {
            Value::Int(value) => Ok(value),
            other => self.wrong("an integer", &other),
        }
    }

    pub(crate) fn text(&mut self) -> Result<String, StoreError> {
        match self.take() {
            Value::Text(value) => Ok(value.into_owned()),
            other => self.wrong("text", &other),
        }
    }

    pub(crate) fn bytes(&mut self) -> Result<Vec<u8>, StoreError> {
        match self.take() {
            Value::Bytes(value) => Ok(value.into_owned()),
            other => self.wrong("bytes", &other),
        }
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], StoreError> {
        let bytes = self.bytes()?;
        bytes.try_into().map_err(|_| self.damaged(format!("expected {N} bytes")))
    }

    pub(crate) fn bool(&mut self) -> Result<bool, StoreError> {
        match self.take() {
            Value::Bool(value) => Ok(value),
            other => self.wrong("a truth value", &other),
        }
    }

    /// Reads a nullable column with `read`.
    pub(crate) fn optional<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        if self.values.as_slice().first() == Some(&Value::Null) {
            let _null = self.take();
            return Ok(None);
        }
        read(self).map(Some)
    }

    /// Reads a column whose text or number `parse` understands.
    pub(crate) fn word<T>(
        &mut self,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        let text = self.text()?;
        parse(&text).ok_or_else(|| self.damaged(format!("unknown word {text:?}")))
    }

    /// Reads an integer column that `parse` understands.
    pub(crate) fn code<T>(
        &mut self,
        parse: impl FnOnce(i64) -> Option<T>,
    ) -> Result<T, StoreError> {
        let code = self.int()?;
        parse(code).ok_or_else(|| self.damaged(format!("unknown code {code}")))
    }
}
