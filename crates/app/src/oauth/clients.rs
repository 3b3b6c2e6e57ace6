use cardium_auth::oauth::{Client, ClientDetails, ClientKind, OAuthError, OAuthErrorCode};
use cardium_kernel::{ErrorCode, Problem};

use super::{Line, ending::end_client};
use crate::{CommandError, CommandResult, Context, Ending, Hints, Unit, UseCase};

/// Keeps a client: one that registers, or what its document says now.
#[derive(Debug, Clone)]
pub struct SaveClient {
    /// The client.
    pub client: Client,
}

impl UseCase for SaveClient {
    type Output = ();

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<()> {
        let mut client = self.client.clone();
        let known = unit.tx.find_client(&client.id)?;
        if known.as_ref().is_some_and(|known| known.ended_at.is_some()) {
            // What it had is being ended, and what it got now would be ended with it.
            let message = "The client is being removed. Try again in a minute.";
            return Err(Problem::new(ErrorCode::ServiceUnavailable, message).into());
        }
        // One whose time was over begins anew, or it would be over again at once.
        if let Some(known) = known.filter(|known| !known.is_over(unit.now())) {
            client.keep_use_of(&known);
        }
        unit.tx.save_client(&client)?;
        Ok(Ending::Done(()))
    }
}

/// A client says something else of itself (RFC 7592 section 2.2).
#[derive(Debug, Clone)]
pub struct UpdateClient {
    /// Which client.
    pub id: String,
    /// The keyed hash of its registration access token.
    pub registration: [u8; 32],
    /// What it says now.
    pub details: ClientDetails,
}

impl UseCase for UpdateClient {
    type Output = Result<Client, OAuthError>;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Self::Output> {
        let mut client = match registered(unit, &self.id, &self.registration)? {
            Ok(client) => client,
            Err(error) => return Ok(Ending::Refused(Err(error))),
        };
        client.update(self.details.clone(), unit.now());
        unit.tx.save_client(&client)?;
        Ok(Ending::Done(Ok(client)))
    }
}

/// A client goes (RFC 7592 section 2.3), and what owners gave it ends.
#[derive(Debug, Clone)]
pub struct DeleteClient {
    /// Which client.
    pub id: String,
    /// The keyed hash of its registration access token.
    pub registration: [u8; 32],
    /// Open grants of it; [`super::FinishClient`] ends those that are not among them.
    pub grants: Vec<Line>,
}

impl UseCase for DeleteClient {
    type Output = Result<(), OAuthError>;

    fn hints(&self, _: &Context) -> Hints {
        Line::hints_of(&self.grants)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Self::Output> {
        let client = match registered(unit, &self.id, &self.registration)? {
            Ok(client) => client,
            Err(error) => return Ok(Ending::Refused(Err(error))),
        };
        end_client(unit, client, &self.grants)?;
        Ok(Ending::Done(Ok(())))
    }
}

fn registered(
    unit: &mut Unit<'_>,
    id: &str,
    registration: &[u8; 32],
) -> Result<Result<Client, OAuthError>, CommandError> {
    let (found, now) = (unit.tx.find_client(id)?, unit.now());
    let own = |client: &Client| {
        let holds = client.registration.as_ref() == Some(registration);
        holds && client.kind == ClientKind::Registered && !client.is_over(now)
    };
    let message = "The registration access token is not good.";
    let wrong = || OAuthError::new(OAuthErrorCode::InvalidToken, message);
    Ok(found.filter(own).ok_or_else(wrong))
}
