use std::{cell::Cell, sync::Arc};

use actix_web::{HttpRequest, http::header, web};
use cardium_api_v1::operation::{Operation, operations};
use cardium_app::CommandError;
use cardium_auth::{Credential, CredentialKind};
use cardium_kernel::{ErrorCode, Problem, RequestId};

use crate::{
    AppState, address,
    base::Base,
    body::{essence, read_raw},
    call::Reply,
    dispatch::request_info,
    failure::explain,
    guard,
    invoke::{Ask, Caller, invoke},
    limits::request_id,
    rate_limits::Seen,
};

use super::{
    chrome::{Failed, Failure},
    cookie,
    fields::Fields,
    next::Next,
    same_origin,
    visit::Visit,
};

/// The most bytes of a form: a hundred cards and a hundred merchants fit.
const MOST: usize = 32 * 1_024;

/// Somebody at a page.
pub struct Arrival {
    pub state: Arc<AppState>,
    pub request: HttpRequest,
    /// What the form says; empty where the page is only looked at.
    pub fields: Fields,
}

impl Arrival {
    pub fn new(state: Arc<AppState>, request: HttpRequest) -> Self {
        Self { state, request, fields: Fields::default() }
    }

    /// The `{id}` in the path, or empty.
    pub fn id(&self) -> &str {
        self.request.match_info().query("id")
    }

    /// What the query string says.
    pub fn query(&self) -> Fields {
        Fields::parse(self.request.query_string().as_bytes())
    }

    pub fn request_id(&self) -> RequestId {
        request_id(&self.request)
    }

    /// Whether it came over TLS.
    pub fn is_secure(&self) -> bool {
        address::origin(&self.request).secure
    }

    /// What is needed to show a failure of it.
    pub fn failure(&self) -> Failure {
        Failure { request: self.request.clone(), secure: self.is_secure() }
    }

    /// Reads the form, if it is one of ours.
    pub async fn read(&mut self, payload: web::Payload) -> Result<(), Failed> {
        let own = Base::of(&self.request, &self.state.wiring.settings);
        same_origin::check(self.request.headers(), own.as_ref())?;
        let declared = essence(self.request.headers());
        if !declared.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            let message = "A form of this site was expected.";
            let problem = Problem::field(
                ErrorCode::UnsupportedMediaType,
                header::CONTENT_TYPE.as_str(),
                message,
            );
            return Err(Failed::Refused(problem));
        }
        let read = read_raw(payload, (MOST, &self.state.wiring.settings)).await;
        let bytes = read.map_err(|error| Failed::Refused(self.explain(error)))?;
        self.fields = Fields::parse(&bytes);
        Ok(())
    }

    pub fn explain(&self, error: CommandError) -> Problem {
        explain(error, self.request_id())
    }

    /// Passes whoever is signed in; anybody else is led to sign in and back.
    pub async fn enter(self) -> Result<Visit, Failed> {
        let next = Next::of(&self.request);
        let token = cookie::find(&self.request, self.is_secure());
        let token = token.ok_or_else(|| Failed::SignIn(next.clone()))?;
        let address = address::origin(&self.request).address;
        let seen = Seen::default();
        let entered = guard::recognize(&self.state, Some(&token), (address, &seen)).await;
        match entered.map_err(|error| self.explain(error)) {
            Ok(credential) if credential.kind != CredentialKind::Session => {
                Err(Failed::SignIn(next))
            }
            Ok(credential) => Ok(Visit::new(self, credential, seen.get())),
            Err(problem) if is_signed_out(problem.code) => Err(Failed::SignIn(next)),
            Err(problem) => Err(Failed::Refused(problem)),
        }
    }

    /// Ends the session that the browser came with, if it has one: whoever signs in again has no
    /// use for it, and could not end it later, for the cookie names the new one.
    pub async fn end_session(&self) {
        let Some(token) = cookie::find(&self.request, self.is_secure()) else { return };
        let (address, seen) = (address::origin(&self.request).address, Seen::default());
        let found = guard::recognize(&self.state, Some(&token), (address, &seen)).await;
        let Ok(credential) = found else { return };
        if credential.kind != CredentialKind::Session {
            return;
        }
        if let Err(problem) = self.sign_out(credential).await {
            tracing::warn!(problem = %problem.message, "an older session was not ended");
        }
    }

    async fn sign_out(&self, credential: Arc<Credential>) -> Result<(), Problem> {
        let request = request_info(&self.request);
        let caller = Caller { credential: Some(credential), request, standing: None };
        let operation = find_operation("sign_out")?;
        let done = invoke(Arc::clone(&self.state), operation, caller, Ask::default()).await;
        done.map(drop).map_err(|error| self.explain(error))
    }

    /// Runs an operation that anybody may call.
    pub async fn run_public(&self, id: &str, ask: Ask) -> Result<Vec<u8>, Problem> {
        let (address, seen) = (address::origin(&self.request).address, Seen::default());
        let operation = find_operation(id)?;
        let admitted = guard::admit_token(&self.state, operation, None, (address, &seen)).await;
        let credential = admitted.map_err(|error| self.explain(error))?;
        let standing: Cell<_> = seen;
        let caller =
            Caller { credential, request: request_info(&self.request), standing: standing.get() };
        let done = invoke(Arc::clone(&self.state), operation, caller, ask).await;
        answer_of(done.map_err(|error| self.explain(error))?)
    }
}

const fn is_signed_out(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::InvalidCredentials | ErrorCode::SessionExpired)
}

/// The operation with this name, which the tests of the pages prove to be there.
pub fn find_operation(id: &str) -> Result<&'static Operation, Problem> {
    let missing = || Problem::new(ErrorCode::Internal, "This page is out of order.");
    operations().find(|operation| operation.id == id).ok_or_else(missing)
}

/// The JSON of an answer.
pub fn answer_of(reply: Reply) -> Result<Vec<u8>, Problem> {
    match reply {
        Reply::Answer(answer) => Ok(answer.body),
        Reply::Download(_) => Err(Problem::new(ErrorCode::Internal, "A page shows no files.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operations_of_the_pages_are_there() {
        for id in [
            "sign_in",
            "sign_out",
            "get_account",
            "list_cards",
            "get_card",
            "reveal_pan_by_post",
            "list_grants",
            "get_grant",
            "update_grant",
            "revoke_grant",
            "list_approvals",
            "get_approval",
            "decide_approval",
            "panic",
            "lift_panic",
        ] {
            assert!(find_operation(id).is_ok(), "{id}");
        }
    }
}
