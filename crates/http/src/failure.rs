//! Refusals and faults as answers: one shape for all.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use cardium_api_v1::problem::{Links, error_body, retry_after, status_and_type};
use cardium_app::CommandError;
use cardium_kernel::{ErrorCode, Problem, RequestId};

use crate::{base::Base, pages};

/// What a caller is told of a failure. What went wrong inside is logged, not shown.
pub fn explain(error: CommandError, request: RequestId) -> Problem {
    match error {
        CommandError::Problem(problem) | CommandError::Traced(problem) => problem,
        CommandError::Unknown(detail) => {
            tracing::error!(request.id = %request, detail, "the outcome is unknown");
            let message = "The outcome is not known yet. Retry with the same Idempotency-Key.";
            Problem::new(ErrorCode::ServiceUnavailable, message)
        }
        inner @ (CommandError::Store(_) | CommandError::PanTaken | CommandError::Internal(_)) => {
            tracing::error!(request.id = %request, error = %inner, "the request failed");
            let message = "Something went wrong on our side. Try again, or quote the request id.";
            Problem::new(ErrorCode::Internal, message)
        }
    }
}

/// The body of a refusal, with links to what its owner does about it. Without a known base they are
/// paths of this very server.
pub fn body(problem: &Problem, request: RequestId, base: Option<&Base>) -> Vec<u8> {
    let link = |path: String| [base.map_or("", Base::as_str), &path].concat();
    let links = Links {
        approval: problem.approval.as_deref().map(|id| link(pages::approval(*id))),
        open: problem.card.as_deref().map(|id| link(pages::number(*id))),
    };
    error_body(problem, request, &links)
}

/// The answer to a request that failed, where nothing that its owner does would help.
pub fn respond(error: CommandError, request: RequestId) -> HttpResponse {
    respond_from(error, request, None)
}

/// The answer to a request that failed at this base.
pub fn respond_from(error: CommandError, request: RequestId, base: Option<&Base>) -> HttpResponse {
    let problem = explain(error, request);
    let (status, _) = status_and_type(problem.code);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    response.content_type("application/json");
    if status == StatusCode::UNAUTHORIZED {
        response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    }
    if let Some(seconds) = retry_after(&problem) {
        response.insert_header((header::RETRY_AFTER, seconds));
    }
    response.body(body(&problem, request, base))
}
