use cardium_auth::oauth::{Client, ClientDetails, ClientKind, OAuthError, OAuthErrorCode};

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

/// A client goes (RFC 7592 section 2.3): nobody can bring its tokens any more.
#[derive(Debug, Clone)]
pub struct DeleteClient {
    /// Which client.
    pub id: String,
    /// The keyed hash of its registration access token.
    pub registration: [u8; 32],
}

impl UseCase for DeleteClient {
    type Output = Result<(), OAuthError>;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Self::Output> {
        if let Err(error) = registered(unit, &self.id, &self.registration)? {
            return Ok(Ending::Refused(Err(error)));
        }
        unit.tx.delete_client(&self.id)?;
        Ok(Ending::Done(Ok(())))
    }
}

fn registered(
    unit: &mut Unit<'_>,
    id: &str,
    registration: &[u8; 32],
) -> Result<Result<Client, OAuthError>, CommandError> {
    let found = unit.tx.find_client(id)?;
    let own = |client: &Client| {
        let holds = client.registration.as_ref() == Some(registration);
        holds && client.kind == ClientKind::Registered
    };
    let message = "The registration access token is not good.";
    let wrong = || OAuthError::new(OAuthErrorCode::InvalidToken, message);
    Ok(found.filter(own).ok_or_else(wrong))
}
