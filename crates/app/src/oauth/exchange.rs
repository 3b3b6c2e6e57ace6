use cardium_auth::oauth::{CodeError, Redemption, Resource, ScopeRequest};

use super::{
    Exchanged, Line, find_held, first_refresh, issued, left, refuse, refused, touch_client,
    unknown_client,
};
use crate::{CommandResult, Context, Ending, Hints, Unit, UseCase, grants::end};

/// A client exchanges its code for tokens. A code that comes again ends the grant.
#[derive(Debug, Clone)]
pub struct ExchangeCode {
    /// The code's keyed hash.
    pub code: [u8; 32],
    /// Where it leads.
    pub line: Line,
    /// Who brings it.
    pub client: String,
    /// Where the code was sent, as the client says.
    pub redirect_uri: Option<String>,
    /// The proof.
    pub verifier: String,
    /// What the tokens shall be for, where the client says.
    pub resource: Option<Resource>,
    /// The keyed hash of the refresh token, where the client may have one.
    pub refresh: Option<[u8; 32]>,
}

impl UseCase for ExchangeCode {
    type Output = Exchanged;

    fn hints(&self, _: &Context) -> Hints {
        self.line.hints()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Exchanged> {
        let now = unit.now();
        let Some(mut code) = unit.tx.find_code(&self.code)? else {
            return Ok(refuse("The code is not known."));
        };
        let Some(mut held) = find_held(unit, code.grant)? else {
            return Ok(refuse("The code is void."));
        };
        let with = Redemption {
            client: &self.client,
            redirect_uri: self.redirect_uri.as_deref(),
            verifier: &self.verifier,
            resource: self.resource,
        };
        match code.redeem(with, now) {
            Ok(()) => {}
            Err(CodeError::Refused(error)) => return Ok(refused(error)),
            Err(CodeError::Replayed) => {
                end(unit, &mut held)?;
                return Ok(refuse("The code was used before. The grant is revoked."));
            }
        }
        if held.credential.check(now).is_err() {
            return Ok(refuse("The grant is revoked."));
        }
        let given = ScopeRequest::parse(&code.scope);
        let Some(scope) = given.ok().and_then(|given| left(&held, &given)) else {
            return Ok(refuse("Nothing is left of the grant."));
        };
        if !touch_client(unit, &self.client)? {
            return Ok(unknown_client());
        }
        let issued = issued(&held, scope);
        unit.tx.save_code(&code)?;
        if let Some(hash) = self.refresh {
            unit.tx.save_refresh(&first_refresh(hash, &self.client, &issued, now))?;
        }
        Ok(Ending::Done(Ok(issued)))
    }
}
