//! Refusals on the wire: one shape that satisfies both published error schemas.

use cardium_kernel::{ApprovalId, ErrorCode, Problem, RequestId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    text::{Text, to_json},
    word::{ErrorType, Word},
};

/// The body of every error.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ErrorOut<'a> {
    #[schemars(extend("const" = "error"))]
    object: &'static str,
    #[schemars(with = "Word<ErrorCode>")]
    error: &'static str,
    #[schemars(with = "Word<ErrorCode>")]
    code: &'static str,
    #[serde(rename = "type")]
    #[schemars(with = "Word<ErrorType>")]
    kind: &'static str,
    message: &'a str,
    param: Option<&'a str>,
    /// What the account's owner is asked, where that is why.
    #[serde(skip_serializing_if = "Option::is_none")]
    approval_id: Option<Text<ApprovalId>>,
    /// The page where the owner answers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "uri-reference"))]
    approval_url: Option<&'a str>,
    /// The page where the owner opens what an agent is not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "uri-reference"))]
    url: Option<&'a str>,
    request_id: Text<RequestId>,
}

/// Pages that a refusal leads the owner to: where they are is known to whoever serves them.
#[derive(Debug, Default)]
pub struct Links {
    /// Of the approval.
    pub approval: Option<String>,
    /// Of what the owner opens.
    pub open: Option<String>,
}

/// The JSON of a refusal.
#[must_use]
pub fn error_body(problem: &Problem, request: RequestId, links: &Links) -> Vec<u8> {
    let (_, kind) = status_and_type(problem.code);
    to_json(&ErrorOut {
        object: "error",
        error: problem.code.as_str(),
        code: problem.code.as_str(),
        kind,
        message: &problem.message,
        param: problem.param.as_deref(),
        approval_id: problem.approval.as_deref().copied().map(Text),
        approval_url: links.approval.as_deref(),
        url: links.open.as_deref(),
        request_id: Text(request),
    })
}

/// A `match` over all codes, written as a table: a line a status and type. It has no `_` arm, so a
/// new code does not compile until it has both.
macro_rules! statuses {
    ($code:ident, $($status:literal $kind:literal: $($name:ident)+;)+) => {
        match $code {
            $($(ErrorCode::$name)|+ => ($status, $kind),)+
        }
    };
}

/// The HTTP status and the `type` of a code.
#[must_use]
pub const fn status_and_type(code: ErrorCode) -> (u16, &'static str) {
    statuses! { code,
        400 "invalid_request_error": InvalidJson MissingRequiredField InvalidField InvalidCursor;
        405 "invalid_request_error": MethodNotAllowed;
        408 "invalid_request_error": RequestTimeout;
        410 "invalid_request_error": EventExpired;
        413 "invalid_request_error": BodyTooLarge;
        415 "invalid_request_error": UnsupportedMediaType;
        431 "invalid_request_error": HeadersTooLarge;
        401 "authentication_error": InvalidCredentials TotpRequired;
        419 "session_expired": SessionExpired;
        403 "permission_error": SessionRequired StepUpRequired InsufficientScope KeyIpNotAllowed
            ActiveCardRequired AddressCoolingDown HttpsRequired InsufficientBalance
            ApprovalRequired ApprovalRejected MandateExceeded OwnerMustOpen AccountLocked;
        404 "not_found_error": ResourceNotFound NoAuthMessage NoDecision;
        409 "conflict_error": EmailTaken TotpAlreadyEnabled TotpNotEnabled KeyNotActive
            GrantNotActive ApprovalNotPending WebhookDisabled TopupNotCancellable CardCancelled
            FreezeLockedByIssuer CardFrozen
            CardNotDelivered InvalidFulfillmentState InvalidTransactionState DisputeExists
            DisputeClosed InvalidDisputeState NoSecretRotation ConflictIdempotencyKey
            IdempotencyInProgress;
        422 "validation_error": InvalidPrecision WeakPassword InvalidTotpCode InvalidAddress
            AddressChainMismatch OwnDepositAddress AddressBlocked ShippingRequired
            CardLimitReached KeyLimitReached AmountBelowMinimum AmountAboveMaximum
            UnsupportedAssetChain BinTypeMismatch WalletUnsupported LimitAboveBinMaximum
            InvalidMcc InvalidCountry AmountExceedsAvailable FeeChanged TransactionNotDisputable
            FilingWindowClosed UnsupportedFileType EvidenceLimitReached UnsafeWebhookUrl
            UnknownEvent WebhookLimitReached TicketLimitReached;
        429 "rate_limit_error": RateLimited;
        500 "api_error": Internal;
        503 "service_unavailable": ServiceUnavailable;
    }
}

/// Seconds after which a refused request is worth another try, where it is: those that the
/// refusal names, or one where its code alone says that waiting helps.
#[must_use]
pub fn retry_after(problem: &Problem) -> Option<u64> {
    problem.retry_after_seconds.or_else(|| passes_soon(problem.code).then_some(1))
}

/// Whether a code alone says that waiting helps.
#[must_use]
pub fn passes_soon(code: ErrorCode) -> bool {
    [ErrorCode::ServiceUnavailable, ErrorCode::IdempotencyInProgress].contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENTED: [(u16, &str); 10] = [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (403, "permission_error"),
        (404, "not_found_error"),
        (409, "conflict_error"),
        (419, "session_expired"),
        (422, "validation_error"),
        (429, "rate_limit_error"),
        (500, "api_error"),
        (503, "service_unavailable"),
    ];

    #[test]
    fn statuses_and_types_go_together_as_documented() {
        for code in ErrorCode::ALL {
            let pair = status_and_type(*code);
            let extra = [405, 408, 410, 413, 415, 431].contains(&pair.0);
            assert!(DOCUMENTED.contains(&pair) || extra && pair.1 == DOCUMENTED[0].1, "{code}");
        }
    }

    /// Status, type and code of each row of a table in Markdown.
    fn rows(table: &str) -> Vec<(u16, String, String)> {
        let mut found = Vec::new();
        for row in table.lines().take_while(|line| line.starts_with('|')).skip(1) {
            let mut cells = row.trim_matches('|').split(" | ").map(str::trim);
            let mut next = || cells.next().unwrap().to_owned();
            let (statuses, kind, codes) = (next(), next(), next());
            let statuses: Vec<u16> = statuses.split(", ").map(|one| one.parse().unwrap()).collect();
            // What stands after a code in brackets or behind a colon is about it.
            let (start, end) = (codes.find('(').unwrap_or(0), codes.find(')').unwrap_or(0));
            let (codes, about) = (codes.clone(), codes[start..end].to_owned());
            let codes = codes.replace(&about, "").replace(')', "");
            let codes = codes.split(':').next().unwrap().split(',').map(str::trim);
            for (place, code) in codes.enumerate() {
                let status = statuses.get(place).or(statuses.first()).unwrap();
                found.push((*status, kind.clone(), code.to_owned()));
            }
        }
        found.sort();
        found
    }

    #[test]
    fn the_documented_table_has_every_code() {
        let document = include_str!("../../../docs/api/v1.md");
        let (_, table) = document.split_once("| status | type | codes |\n").unwrap();
        let codes = ErrorCode::ALL.iter().map(|code| {
            let (status, kind) = status_and_type(*code);
            (status, kind.to_owned(), code.to_string())
        });
        let mut codes: Vec<_> = codes.collect();
        codes.sort();
        assert_eq!(rows(table), codes);
    }

    #[test]
    fn waiting_is_named_where_it_helps() {
        let busy = Problem::new(ErrorCode::ServiceUnavailable, "Busy.");
        assert_eq!(retry_after(&busy), Some(1));
        assert_eq!(retry_after(&Problem::rate_limited("Too many tries.", 60)), Some(60));
        assert_eq!(retry_after(&Problem::missing("bin")), None);
    }

    #[test]
    fn the_shape_is_the_union_of_both_schemas() {
        let body = error_body(&Problem::missing("bin"), RequestId::new(1), &Links::default());
        let expected = concat!(
            r#"{"object":"error","error":"missing_required_field","#,
            r#""code":"missing_required_field","type":"invalid_request_error","#,
            r#""message":"Field 'bin' is required.","param":"bin","#,
            r#""request_id":"req_00000000000000000000000001"}"#
        );
        assert_eq!(String::from_utf8(body).unwrap(), expected);
    }
}
