use cardium_auth::oauth::Client;
use cardium_kernel::{ErrorCode, Problem};

use super::{Line, ending::end_client};
use crate::{CommandResult, Context, Ending, Hints, RowKey, Unit, UseCase, audit::PROGRAMME};

/// The most clients that the operator enters: what one looks through in a list.
pub const OPERATOR_CLIENTS: i64 = 1_000;

/// The operator enters a client.
#[derive(Debug, Clone)]
pub struct EnterClient {
    /// The client, of the operator's kind.
    pub client: Client,
}

impl UseCase for EnterClient {
    type Output = ();

    fn hints(&self, _: &Context) -> Hints {
        // Locked by it, clients are entered one after the other.
        Hints::cold().with(RowKey::Sequence(PROGRAMME))
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<()> {
        if unit.tx.count_operator_clients()? >= OPERATOR_CLIENTS {
            let message =
                format!("At most {OPERATOR_CLIENTS} clients may be entered. Remove one first.");
            return Err(Problem::new(ErrorCode::InvalidField, message).into());
        }
        unit.tx.save_client(&self.client)?;
        unit.audit(PROGRAMME, "client.entered", &self.client.id)?;
        Ok(Ending::Done(()))
    }
}

/// The operator removes a client, whoever entered it, and what owners gave it ends.
#[derive(Debug, Clone)]
pub struct RemoveClient {
    /// Which client.
    pub id: String,
    /// Open grants of it; [`super::FinishClient`] ends those that are not among them.
    pub grants: Vec<Line>,
}

impl UseCase for RemoveClient {
    type Output = ();

    fn hints(&self, _: &Context) -> Hints {
        Line::hints_of(&self.grants).with(RowKey::Sequence(PROGRAMME))
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<()> {
        let found = unit.tx.find_client(&self.id)?;
        let client = found.filter(|client| client.ended_at.is_none());
        let client = client.ok_or_else(|| Problem::not_found("client"))?;
        end_client(unit, client, &self.grants)?;
        unit.audit(PROGRAMME, "client.removed", &self.id)?;
        Ok(Ending::Done(()))
    }
}
