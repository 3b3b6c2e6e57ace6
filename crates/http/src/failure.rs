//! Refusals and faults as answers: one shape for all.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use cardium_api_v1::problem::{error_body, retry_after, status_and_type};
use cardium_app::CommandError;
use cardium_kernel::{ErrorCode, Problem, RequestId};

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

/// The answer to a request that failed.
pub fn respond(error: CommandError, request: RequestId) -> HttpResponse {
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
    response.body(error_body(&problem, request))
}
