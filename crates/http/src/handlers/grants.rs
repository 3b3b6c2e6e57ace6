use cardium_api_v1::{
    approval::{self, ApprovalOut, DecisionIn},
    grant::{self, GrantOut, GrantPatch},
    to_json,
};
use cardium_app::{
    CommandError,
    grants::{Answered, DecideApproval, RevokeGrant, UpdateGrant},
    reads::{ApprovalFilter, GrantFilter, GrantView},
};
use cardium_auth::{
    Credential, CredentialKind,
    grants::{Approval, Decision},
};
use cardium_kernel::{ApprovalId, CredentialId, GrantId, Problem, Timestamp};

use super::api_keys::{claim, step_up_if_given};
use crate::{
    call::{Call, Outcome},
    step_up,
};

/// How a client may name its own grant.
const OWN: &str = "me";

/// The caller's own grant, where a client calls; it sees no other.
fn own(caller: &Credential) -> Option<GrantId> {
    (caller.kind == CredentialKind::Grant).then(|| GrantId::new(caller.id.value()))
}

fn named(call: &Call) -> Result<GrantId, CommandError> {
    match own(call.credential()?).filter(|_| call.id == OWN) {
        Some(own) => Ok(own),
        None => Ok(call.path_id(GrantId::parse, "grant")?),
    }
}

/// The grant of the path, if the caller may see it.
async fn find(call: &Call) -> Result<GrantView, CommandError> {
    let (caller, id) = (call.credential()?, named(call)?);
    let found = call.read(move |reads| reads.find_grant(id)).await?;
    let found = found.filter(|view| view.grant.account == caller.account);
    let found = found.filter(|_| own(caller).is_none_or(|own| own == id));
    Ok(found.ok_or_else(|| Problem::not_found("grant"))?)
}

fn show(view: &GrantView, now: Timestamp) -> GrantOut {
    GrantOut::new((&view.grant, &view.credential), view.last_used, now)
}

pub async fn list_grants(call: Call) -> Outcome {
    let (query, now, caller) = (call.query()?, call.now(), call.credential()?);
    let filter = GrantFilter { only: own(caller), ..grant::filter(&query)? };
    let query = query.list(caller.account, filter, &grant::ORDER)?;
    let page = call.read(move |reads| reads.list_grants(&query)).await?;
    Ok(call.page(&page, |view| view.grant.id.to_string(), |view| show(view, now)))
}

pub async fn get_grant(call: Call) -> Outcome {
    let view = find(&call).await?;
    Ok(call.answer(&show(&view, call.now())))
}

pub async fn update_grant(call: Call) -> Outcome {
    let (mut input, now) = (call.input::<GrantPatch>()?, call.now());
    let step_up = step_up_if_given(&call, input.take_proof()).await?;
    let change = input.parse(now)?;
    let view = find(&call).await?;
    let (id, used) = (view.grant.id, view.last_used);
    let render = move |held: &cardium_app::grants::Held| {
        to_json(&GrantOut::new((&held.grant, &held.credential), used, now))
    };
    let answer = call.once(UpdateGrant { id, change, step_up }, render).await?;
    call.state.credentials.forget(view.credential.id);
    Ok(answer)
}

pub async fn revoke_grant(call: Call) -> Outcome {
    let grant = named(&call)?;
    let answer = call.once(RevokeGrant { grant }, |_| Vec::new()).await?;
    call.state.credentials.forget(CredentialId::new(grant.value()));
    Ok(answer)
}

pub async fn list_approvals(call: Call) -> Outcome {
    let (query, now, caller) = (call.query()?, call.now(), call.credential()?);
    let mut filter: ApprovalFilter = approval::filter(&query, now)?;
    filter.book = call.book(filter.book)?;
    filter.only = own(caller);
    let query = query.list(caller.account, filter, &approval::ORDER)?;
    let page = call.read(move |reads| reads.list_approvals(&query)).await?;
    Ok(call.page(&page, |one| one.id.to_string(), |one| ApprovalOut::new(one, now)))
}

/// The approval of the path, if the caller may see it.
async fn find_approval(call: &Call) -> Result<Approval, CommandError> {
    let id = call.path_id(ApprovalId::parse, "approval")?;
    let caller = call.credential()?;
    let account = caller.account;
    let found = call.read(move |reads| reads.find_approval(account, id)).await?;
    let found = found.filter(|one| call.reaches(one.book));
    let found = found.filter(|one| own(caller).is_none_or(|own| own == one.grant));
    Ok(found.ok_or_else(|| Problem::not_found("approval"))?)
}

pub async fn get_approval(call: Call) -> Outcome {
    let approval = find_approval(&call).await?;
    Ok(call.answer(&ApprovalOut::new(&approval, call.now())))
}

pub async fn decide_approval(call: Call) -> Outcome {
    let (mut input, now) = (call.input::<DecisionIn>()?, call.now());
    let proof = input.take_proof();
    let answer = match input.parse()? {
        Decision::Approve => Answered::Yes(step_up::step_up(&call, claim(proof)).await?),
        Decision::Reject => Answered::No,
    };
    let id = call.path_id(ApprovalId::parse, "approval")?;
    let render = move |approval: &Approval| to_json(&ApprovalOut::new(approval, now));
    call.once(DecideApproval { id, answer }, render).await
}
