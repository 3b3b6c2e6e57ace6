/// Whether a command changed anything; a repeat is not an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The state is new.
    Applied,
    /// It was like that before.
    AlreadyApplied,
}
