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

#[cfg(test)]
mod tests {
    use cardium_auth::oauth::{ClientDetails, ClientKind, ClientMetadata, ClientRules, NewClient};

    use super::*;
    use crate::testing::{MockTx, NOW, context, refusal};

    fn client() -> Client {
        let metadata = ClientMetadata {
            redirect_uris: vec!["https://a.example/".to_owned()],
            ..ClientMetadata::default()
        };
        let new = NewClient {
            id: "client_a".to_owned(),
            kind: ClientKind::Operator,
            details: ClientDetails::try_new(metadata, &ClientRules::default()).unwrap(),
            secret: None,
            registration: None,
            fresh_until: None,
        };
        Client::register(new, NOW)
    }

    fn enter(tx: &mut MockTx) -> CommandResult<()> {
        EnterClient { client: client() }.run(&mut Unit::new(tx, &context()))
    }

    #[test]
    fn a_client_is_entered_with_a_row_in_the_programmes_log() {
        let mut tx = MockTx::new();
        tx.expect_count_operator_clients().return_once(|| Ok(OPERATOR_CLIENTS - 1));
        tx.expect_save_client().withf(|saved| *saved == client()).return_once(|_| Ok(()));
        let row = |row: &crate::audit::AuditDraft| {
            row.account == PROGRAMME && row.action == "client.entered" && row.object == "client_a"
        };
        tx.expect_append_audit().withf(row).return_once(|_| Ok(()));
        assert_eq!(enter(&mut tx), Ok(Ending::Done(())));
    }

    #[test]
    fn no_more_are_entered_than_one_looks_through() {
        let mut tx = MockTx::new();
        tx.expect_count_operator_clients().return_once(|| Ok(OPERATOR_CLIENTS));
        assert_eq!(refusal(enter(&mut tx)), ErrorCode::InvalidField);
    }

    #[test]
    fn a_client_is_removed_once() {
        let (mut gone, mut tx) = (client(), MockTx::new());
        gone.end(NOW);
        tx.expect_find_client().return_once(|_| Ok(Some(gone)));
        let remove = RemoveClient { id: "client_a".to_owned(), grants: Vec::new() };
        let removed = remove.run(&mut Unit::new(&mut tx, &context()));
        assert_eq!(refusal(removed), ErrorCode::ResourceNotFound);
    }
}
