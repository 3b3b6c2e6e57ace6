//! What the doors ask is asked again in the transaction: a command that came past them without its
//! scope, or for a grant that is too narrow, does nothing.

use cardium_api_v1::operation::{operations, test_operations};
use cardium_app::{
    Actor, CommandError, CommandResult, Context, Ending, Hints, Unit, UseCase,
    accounts::{Confirmed, DisableTotp, NotificationsPatch, Proof, UpdateAccount},
};
use cardium_auth::{
    CredentialKind, Scope, ScopeSet,
    grants::{NewGrant, Reach},
};
use cardium_kernel::{CredentialId, ErrorCode};
use cardium_testkit::{Backend, Tenant, World};

use crate::on_both;

on_both! {
    each_operation_asks_for_its_scope_once_more;
    what_an_owner_signs_in_with_is_asked_for_once_more;
}

/// A command that does nothing, so that all that can refuse it is what comes before.
struct LetIn;

impl UseCase for LetIn {
    type Output = ();

    fn hints(&self, _: &Context) -> Hints {
        Hints::default()
    }

    fn run(&self, _: &mut Unit<'_>) -> CommandResult<()> {
        Ok(Ending::Done(()))
    }
}

fn grant(world: &World, tenant: Tenant, change: impl FnOnce(&mut NewGrant)) -> NewGrant {
    let granting = world.granting("http://localhost");
    let mut new = granting.terms(tenant.account, Scope::ALL);
    change(&mut new);
    world.runtime.block_on(granting.agree(tenant, &new));
    new
}

/// A grant that calls an operation of this scope and reach.
fn actor(new: &NewGrant, scope: Option<Scope>, reach: Reach) -> Actor {
    Actor::Credential {
        account: new.account,
        credential: CredentialId::new(new.id.value()),
        kind: CredentialKind::Grant,
        scope,
        reach,
    }
}

fn code<T>(result: Result<T, CommandError>) -> Option<ErrorCode> {
    match result {
        Ok(_) => None,
        Err(CommandError::Problem(problem)) => Some(problem.code),
        Err(other) => panic!("{other}"),
    }
}

fn each_operation_asks_for_its_scope_once_more(backend: Backend) {
    let world = World::new(backend);
    let tenant = world.tenant();
    let narrow = grant(&world, tenant, |new| new.cards = Some(Vec::new()));
    for operation in operations().chain(test_operations()) {
        let (scope, reach) = (operation.access.scope(), operation.reach);
        let expected = (reach == Reach::All).then_some(ErrorCode::InsufficientScope);
        let run = code(world.run(actor(&narrow, scope, reach), LetIn));
        assert_eq!(run, expected, "{} of a narrowed grant", operation.id);
    }
    let is_needed = |scope: &&Scope| operations().any(|one| one.access.scope() == Some(**scope));
    let needed: Vec<_> = Scope::ALL.iter().filter(is_needed).collect();
    for held in Scope::ALL {
        let scopes: ScopeSet = [*held].into_iter().collect();
        let new = grant(&world, tenant, |new| new.scopes = scopes);
        for scope in needed.iter().copied() {
            let expected = (!scopes.allows(*scope)).then_some(ErrorCode::InsufficientScope);
            let run = code(world.run(actor(&new, Some(*scope), Reach::All), LetIn));
            assert_eq!(run, expected, "{} with {}", scope.as_str(), held.as_str());
        }
    }
}

fn what_an_owner_signs_in_with_is_asked_for_once_more(backend: Backend) {
    let world = World::new(backend);
    let tenant = world.tenant();
    let agent = actor(&grant(&world, tenant, |_| ()), Some(Scope::AccountWrite), Reach::Beside);
    let update = |confirmed| UpdateAccount {
        email: None,
        password: None,
        notifications: NotificationsPatch::default(),
        confirmed,
    };
    let refused = Some(ErrorCode::SessionRequired);
    assert_eq!(code(world.run(agent, update(Confirmed::Stale))), refused);
    assert_eq!(code(world.run(agent, update(Confirmed::NotGiven))), None);
    let disable = DisableTotp { proof: Proof::default() };
    assert_eq!(code(world.run(agent, disable)), refused);
}
