/// The client's name for one logical operation (`Idempotency-Key`): 1 to 255 printable ASCII
/// characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

/// The header's value cannot be a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Idempotency-Key must be 1 to 255 printable ASCII characters")]
pub struct IdempotencyKeyError;

impl IdempotencyKey {
    /// Longest accepted key, in characters.
    pub const MAX_LENGTH: usize = 255;

    /// Checks and takes a key.
    ///
    /// # Errors
    /// When it is empty, too long, or not printable ASCII.
    pub fn parse(text: &str) -> Result<Self, IdempotencyKeyError> {
        let fits = (1..=Self::MAX_LENGTH).contains(&text.len());
        let printable = text.bytes().all(|byte| (0x20..0x7F).contains(&byte));
        if fits && printable { Ok(Self(text.to_owned())) } else { Err(IdempotencyKeyError) }
    }

    /// The key as the client wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
