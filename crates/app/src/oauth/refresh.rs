use cardium_auth::oauth::{
    OAuthError, OAuthErrorCode, REFRESH_UNUSED, Refresh, RefreshError, ScopeRequest,
};
use cardium_kernel::Change;

use super::{
    Exchanged, Line, cards_of, find_held, issued, left, refuse, refused, touch_client,
    unknown_client,
};
use crate::{
    CommandResult, Context, Ending, Hints, Unit, UseCase,
    grants::{Held, end},
};

/// A client exchanges its refresh token for new tokens. One that comes back after it was used ends
/// the grant, but for processes of a client that race each other.
#[derive(Debug, Clone)]
pub struct RefreshTokens {
    /// The token's keyed hash.
    pub token: [u8; 32],
    /// Where it leads.
    pub line: Line,
    /// Who brings it.
    pub client: String,
    /// What the access token shall do, where the client says.
    pub scope: Option<String>,
    /// The keyed hash of the next refresh token.
    pub next: [u8; 32],
}

impl UseCase for RefreshTokens {
    type Output = Exchanged;

    fn hints(&self, _: &Context) -> Hints {
        self.line.hints()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Exchanged> {
        let now = unit.now();
        let Some(mut token) = unit.tx.find_refresh(&self.token)? else {
            return Ok(refuse("The refresh token is not known."));
        };
        let Some(mut held) = find_held(unit, token.grant)? else {
            return Ok(refuse("The refresh token is void."));
        };
        let with = Refresh { client: &self.client, scope: self.scope.as_deref() };
        let renewal = match token.rotate(with, now) {
            Ok(renewal) => renewal,
            Err(RefreshError::Refused(error)) => return Ok(refused(error)),
            Err(RefreshError::Reused) => {
                end(unit, &mut held)?;
                return Ok(refuse("The refresh token was used before. The grant is revoked."));
            }
        };
        if held.credential.check(now).is_err() {
            return Ok(refuse("The grant is revoked."));
        }
        if let Err(error) = check_cards(&held, &renewal.scope) {
            return Ok(refused(error));
        }
        // Some clients ask their owner for more only when a refresh fails.
        if held.grant.note_step_up(false) == Change::Applied {
            unit.tx.save_grant(held.grant)?;
            return Ok(refuse("More scope is needed. Ask the owner again."));
        }
        let Some(scope) = left(&held, &renewal.scope) else {
            return Ok(refuse("Nothing is left of the grant."));
        };
        if !touch_client(unit, &self.client)? {
            return Ok(unknown_client());
        }
        unit.tx.save_refresh(&token)?;
        // One more is made next.
        unit.tx.drop_unused_refresh(&token, REFRESH_UNUSED.saturating_sub(1))?;
        unit.tx.save_refresh(&token.successor(self.next, now))?;
        Ok(Ending::Done(Ok(issued(&held, scope))))
    }
}

/// Passes words that name the grant's own cards, or none. An access token reaches what its grant
/// reaches, so one that was asked for fewer cards would do more than its client was told.
fn check_cards(held: &Held, asked: &ScopeRequest) -> Result<(), OAuthError> {
    if asked.cards().is_empty() || *asked.cards() == cards_of(held) {
        return Ok(());
    }
    let message = "A refresh keeps the cards of the grant. Name all of them, or none.";
    Err(OAuthError::new(OAuthErrorCode::InvalidScope, message))
}
