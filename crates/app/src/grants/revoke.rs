use cardium_auth::{CredentialKind, Scope};
use cardium_kernel::{AccountId, Change, CredentialId, GrantId, Problem};

use super::{Held, get_grant, tell};
use crate::{
    CommandError, CommandResult, Context, Ending, EventType, Hints, RowKey, Unit, UseCase,
    webhooks::end_endpoints,
};

/// Takes a grant back: at once, for reads of other processes within a second. A session may, an
/// API key with `account:write`, and the client itself.
#[derive(Debug, Clone)]
pub struct RevokeGrant {
    /// Which grant.
    pub grant: GrantId,
}

impl UseCase for RevokeGrant {
    type Output = Held;

    fn hints(&self, _: &Context) -> Hints {
        let credential = CredentialId::new(self.grant.value());
        Hints::cold().with(RowKey::Grant(self.grant)).with(RowKey::Credential(credential))
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Held> {
        self.check(unit)?;
        let mut held = get_grant(unit, self.grant)?;
        end(unit, &mut held)?;
        Ok(Ending::Done(held))
    }
}

impl RevokeGrant {
    /// Passes whoever may; to a client, other grants look unknown.
    fn check(&self, unit: &mut Unit<'_>) -> Result<(), CommandError> {
        let acting = unit.credential()?;
        match acting.kind {
            CredentialKind::Session => Ok(()),
            CredentialKind::ApiKey => Ok(acting.check_scope(Scope::AccountWrite)?),
            CredentialKind::Grant if acting.id.value() == self.grant.value() => Ok(()),
            CredentialKind::Grant => Err(Problem::not_found("grant").into()),
        }
    }
}

/// Ends a grant with its credential and with what it set up; a repeat does nothing.
pub(crate) fn end(unit: &mut Unit<'_>, held: &mut Held) -> Result<(), CommandError> {
    let account = held.grant.account;
    end_all(unit, account, std::slice::from_mut(held))
}

/// Ends grants of an account (see [`end`]); what they set up goes at once.
pub(crate) fn end_all(
    unit: &mut Unit<'_>,
    account: AccountId,
    all: &mut [Held],
) -> Result<(), CommandError> {
    let now = unit.now();
    let mut ended = Vec::new();
    for held in all {
        if held.grant.end(now) == Change::Applied {
            held.credential.revoke(now);
            unit.tx.save_grant(held.grant.clone())?;
            unit.tx.save_credential(held.credential.clone())?;
            tell(unit, EventType::GrantRevoked, held)?;
            unit.audit(account, "grant.revoked", &held.grant.id)?;
            ended.push(held.grant.id);
        }
    }
    end_endpoints(unit, account, &ended)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use cardium_auth::grants::{Mandate, NewGrant, Reveal, open_grant};
    use cardium_kernel::{EndpointId, Metadata};
    use cardium_webhooks::{Endpoint, EndpointStatus, EventFilter, Ordering, Payload};

    use super::*;
    use crate::testing::{ACCOUNT, MockTx, NOW, context};

    fn held(id: u128) -> Held {
        let new = NewGrant {
            id: GrantId::new(id),
            account: ACCOUNT,
            client_id: "client".to_owned(),
            client_name: "Client".to_owned(),
            redirect_host: "client.example".to_owned(),
            scopes: [Scope::WebhookWrite].into_iter().collect(),
            cards: None,
            reveal: Reveal::Ask,
            mandate: Mandate::default(),
        };
        let (credential, grant) = open_grant(new, NOW);
        Held { grant, credential }
    }

    fn endpoint(id: u128, grant: u128) -> Endpoint {
        Endpoint {
            id: EndpointId::new(id),
            account: ACCOUNT,
            url: "https://a.example.com/".into(),
            events: EventFilter::Everything,
            mode: None,
            description: String::new(),
            secret: Vec::new(),
            next_secret: None,
            payload: Payload::Full,
            ordering: Ordering::None,
            status: EndpointStatus::Enabled,
            disabled_by: None,
            warned_at: None,
            grant: Some(GrantId::new(grant)),
            metadata: Metadata::default(),
            created_at: NOW,
            updated_at: NOW,
            version: 1,
        }
    }

    #[test]
    fn what_many_grants_set_up_is_looked_for_once_and_told_of_after_them() {
        let (mut tx, told) = (MockTx::new(), Arc::new(Mutex::new(Vec::new())));
        tx.expect_save_grant().times(2).returning(|_| Ok(()));
        tx.expect_save_credential()
            .withf(|saved| saved.revoked_at == Some(NOW))
            .times(2)
            .returning(|_| Ok(()));
        tx.expect_append_audit().times(4).returning(|_| Ok(()));
        tx.expect_lock_endpoints_of()
            .withf(|account, grants| {
                *account == ACCOUNT && *grants == [GrantId::new(7), GrantId::new(8)]
            })
            .once()
            .returning(|_, _| Ok(vec![endpoint(1, 7), endpoint(2, 8)]));
        tx.expect_save_ended().once().returning(|_, _| Ok(()));
        let events = Arc::clone(&told);
        tx.expect_append_event().returning(move |draft| {
            events.lock().unwrap().push(draft.kind);
            Ok(())
        });
        let context = context();
        let mut all = [held(7), held(8)];
        end_all(&mut Unit::new(&mut tx, &context), ACCOUNT, &mut all).unwrap();
        let (revoked, disabled) = (EventType::GrantRevoked, EventType::WebhookDisabled);
        assert_eq!(*told.lock().unwrap(), [revoked, revoked, disabled, disabled]);
        // A repeat looks for nothing and writes nothing.
        end_all(&mut Unit::new(&mut MockTx::new(), &context), ACCOUNT, &mut all).unwrap();
    }
}
