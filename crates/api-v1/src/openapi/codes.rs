use cardium_kernel::ErrorCode;

use crate::operation::{Access, Effect, Kind, Method, Operation};

/// Every reason for which the operation may be refused: its own, and those it shares with
/// others like it.
#[must_use]
pub fn codes(operation: &Operation) -> Vec<ErrorCode> {
    let shared = shared(operation);
    let own = operation.errors.iter().copied().filter(|code| !shared.contains(code));
    shared.iter().copied().chain(own).collect()
}

fn shared(operation: &Operation) -> Vec<ErrorCode> {
    let has_body = operation.method != Method::Get;
    let is_list = !operation.sorts.is_empty();
    let has_text = has_body || is_list || !operation.parameters.is_empty();
    let once = operation.effect == Effect::Once;
    let signed_in = operation.access != Access::Public;
    let money = operation.parameters.iter().any(|parameter| matches!(parameter.kind, Kind::Money));
    let input = operation.input.is_some();
    let rules: [(bool, &[ErrorCode]); 11] = [
        (has_text, &[ErrorCode::InvalidField]),
        (input, &[ErrorCode::MissingRequiredField]),
        (has_body, &[ErrorCode::InvalidJson]),
        (is_list, &[ErrorCode::InvalidCursor]),
        (signed_in, &[ErrorCode::InvalidCredentials, ErrorCode::SessionExpired]),
        (signed_in, access(operation.access)),
        (operation.path.contains('{'), &[ErrorCode::ResourceNotFound]),
        (once, &[ErrorCode::ConflictIdempotencyKey, ErrorCode::IdempotencyInProgress]),
        (has_body, &[ErrorCode::BodyTooLarge, ErrorCode::UnsupportedMediaType]),
        (input || money, &[ErrorCode::InvalidPrecision]),
        (true, ALWAYS),
    ];
    let mut codes = Vec::new();
    for (_, more) in rules.iter().filter(|(applies, _)| *applies) {
        codes.extend_from_slice(more);
    }
    codes
}

const ALWAYS: &[ErrorCode] = &[
    ErrorCode::HttpsRequired,
    ErrorCode::RequestTimeout,
    ErrorCode::HeadersTooLarge,
    ErrorCode::RateLimited,
    ErrorCode::Internal,
    ErrorCode::ServiceUnavailable,
];

const fn access(access: Access) -> &'static [ErrorCode] {
    match access {
        Access::Public => &[],
        Access::Session => &[ErrorCode::SessionRequired, ErrorCode::KeyIpNotAllowed],
        Access::Bearer(None) => &[ErrorCode::KeyIpNotAllowed],
        Access::Bearer(Some(_)) | Access::Own(_) => {
            &[ErrorCode::InsufficientScope, ErrorCode::KeyIpNotAllowed]
        }
    }
}
