//! `Dry-Run`: an operation that is tried is answered as if it were real, and nothing of it is kept.

use actix_web::http::header::{HeaderMap, HeaderName};
use cardium_api_v1::operation::{Effect, Operation};
use cardium_kernel::{ErrorCode, Problem};

/// The header's name, of requests and answers.
pub const HEADER: HeaderName = HeaderName::from_static("dry-run");
/// The same as refusals name it.
const NAME: &str = "Dry-Run";

/// Whether a request is for real.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Run {
    /// It is.
    #[default]
    Real,
    /// It is tried.
    Trial,
}

/// Whether this request is for real. An operation that cannot be tried is never done for real
/// instead; one that changes nothing is as good as tried.
///
/// # Errors
/// `invalid_field`.
pub fn read(headers: &HeaderMap, operation: &Operation) -> Result<Run, Problem> {
    let mut values = headers.get_all(HEADER);
    let Some(value) = values.next() else { return Ok(Run::Real) };
    let text = value.to_str().ok().filter(|_| values.next().is_none());
    let wanted = match text {
        Some("true") => true,
        Some("false") => false,
        _ => return Err(refuse("The Dry-Run header must be one value, true or false.")),
    };
    match operation.effect {
        _ if !wanted => Ok(Run::Real),
        Effect::Once | Effect::Always if operation.dry_run => Ok(Run::Trial),
        Effect::Read => Ok(Run::Real),
        Effect::Once | Effect::Always => Err(refuse("This operation cannot be tried.")),
    }
}

fn refuse(message: &str) -> Problem {
    Problem::field(ErrorCode::InvalidField, NAME, message)
}
