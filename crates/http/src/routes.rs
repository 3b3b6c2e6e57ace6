//! Routes, made from the operation table.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse, Resource, Route,
    http::header::{ALLOW, HeaderValue},
    middleware::from_fn,
    web::{self, ServiceConfig},
};
use cardium_api_v1::operation::{Method, Operation, operations, test_operations};
use cardium_app::CommandError;
use cardium_kernel::{ErrorCode, Problem};

use crate::{
    AppState,
    dispatch::dispatch,
    docs, failure, jwks,
    limits::{identify, request_id},
    mcp, oauth, pages, probes,
};

/// Registers every route of the doors.
pub fn configure(
    state: &Arc<AppState>,
) -> impl Fn(&mut ServiceConfig) + Clone + Send + Sync + 'static {
    let state = Arc::clone(state);
    move |config| {
        let served = served(&state);
        let mut scope = web::scope("")
            .route("/livez", web::get().to(probes::livez))
            .route("/readyz", web::get().to(probes::readyz));
        for resource in
            resources(&served).into_iter().chain(docs::resources()).chain(jwks::resources())
        {
            scope = scope.service(resource);
        }
        for resource in oauth::resources().into_iter().chain(pages::resources()) {
            scope = scope.service(resource);
        }
        for service in mcp::services(&state) {
            scope = scope.service(service);
        }
        let scope = scope.default_service(web::to(not_found));
        config.app_data(web::Data::from(Arc::clone(&state))).service(scope.wrap(from_fn(identify)));
    }
}

/// The operations that this process serves: test helpers only where they are wanted and have
/// what they need.
fn served(state: &AppState) -> Vec<&'static Operation> {
    let all = operations().chain(test_operations());
    all.filter(|operation| is_served(state, operation)).collect()
}

/// Whether this process serves an operation.
pub fn is_served(state: &AppState, operation: &Operation) -> bool {
    let wiring = &state.wiring;
    let is_helper = test_operations().any(|helper| helper.id == operation.id);
    let has_needs = || match operation.id {
        "simulate_deposit" => true,
        "advance_clock" => wiring.test_clock.is_some(),
        _ => wiring.rail.is_some(),
    };
    !is_helper || (wiring.settings.test_helpers && has_needs())
}

/// One resource a path, with a route for each of its operations.
fn resources(operations: &[&'static Operation]) -> Vec<Resource> {
    let mut paths: Vec<&str> = operations.iter().map(|operation| operation.path).collect();
    paths.sort_unstable();
    paths.dedup();
    let resource = |path: &str| {
        let here = operations.iter().filter(|operation| operation.path == path);
        let mut allowed = Vec::new();
        let mut resource = web::resource(format!("/v1{path}"));
        for operation in here {
            allowed.push(operation.method.as_str());
            resource = resource.route(route(operation));
        }
        let allowed = allowed.join(", ");
        resource.default_service(web::to(move |request| refuse_method(request, allowed.clone())))
    };
    paths.into_iter().map(resource).collect()
}

fn route(operation: &'static Operation) -> Route {
    let route = match operation.method {
        Method::Get => web::get(),
        Method::Post => web::post(),
        Method::Patch => web::patch(),
        Method::Delete => web::delete(),
    };
    route.to(move |state, request, payload| dispatch(operation, state, request, payload))
}

/// Refuses a method that a path does not serve.
pub async fn refuse_method(request: HttpRequest, allowed: String) -> HttpResponse {
    let message = format!("Only {allowed} is served here.");
    let problem = Problem::new(ErrorCode::MethodNotAllowed, message);
    let mut response = failure::respond(CommandError::Problem(problem), request_id(&request));
    if let Ok(value) = HeaderValue::from_str(&allowed) {
        response.headers_mut().insert(ALLOW, value);
    }
    response
}

async fn not_found(request: HttpRequest) -> HttpResponse {
    let problem = Problem::not_found("route");
    failure::respond(CommandError::Problem(problem), request_id(&request))
}
