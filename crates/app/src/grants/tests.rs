use cardium_accounts::PasswordHash;
use cardium_auth::{
    CredentialKind, Scope, ScopeSet,
    grants::{
        Approval, ApprovalStatus, Grant, GrantChange, Mandate, MandateChange, NewApproval,
        NewGrant, Reveal, open_grant,
    },
};
use cardium_kernel::{
    AccountId, ApprovalId, Book, CardId, CredentialId, ErrorCode, GrantId, Money,
};

use super::{Answered, DecideApproval, Held, UpdateGrant};
use crate::{
    CommandResult, Ending, EventType, Unit, UseCase,
    accounts::{Proof, StepUp},
    audit::AuditDraft,
    testing::{ACCOUNT, CARD, MockTx, NOW, STRANGER, account, card, context, credential, refusal},
};

const GRANT: GrantId = GrantId::new(0x700);
const APPROVAL: ApprovalId = ApprovalId::new(0x800);

/// A grant that reads and issues cards, up to 5.00 at once on [`CARD`].
fn held(owner: AccountId) -> Held {
    let mandate = Mandate { per_transaction: Some(Money::usd(500)), ..Mandate::default() };
    let (credential, grant) = open_grant(
        NewGrant {
            id: GRANT,
            account: owner,
            client_id: "client".to_owned(),
            client_name: "A client".to_owned(),
            redirect_host: "localhost".to_owned(),
            scopes: [Scope::CardRead, Scope::CardIssue].into_iter().collect(),
            cards: Some(vec![CARD]),
            reveal: Reveal::Ask,
            mandate,
        },
        NOW,
    );
    Held { grant, credential }
}

/// Has whoever acts found as this kind of credential, made this many seconds ago.
fn acting(tx: &mut MockTx, kind: CredentialKind, seconds: u64) {
    let acts = credential(kind, seconds);
    let id = acts.id;
    tx.expect_find_credential()
        .withf(move |asked| *asked == id)
        .returning(move |_| Ok(Some(acts.clone())));
}

/// Has a grant found, with its credential.
fn found(tx: &mut MockTx, held: Held) {
    let Held { grant, credential } = held;
    let id = CredentialId::new(GRANT.value());
    tx.expect_find_credential()
        .withf(move |asked| *asked == id)
        .returning(move |_| Ok(Some(credential.clone())));
    tx.expect_find_grant().returning(move |_| Ok(Some(grant.clone())));
}

/// Lets a change be written and told of. A grant of one card could not subscribe to anything, so it
/// is looked for what it may have subscribed to before.
fn changes(tx: &mut MockTx) {
    let updated = |kind| kind == EventType::GrantUpdated;
    tx.expect_append_event().times(1).withf(move |it| updated(it.kind)).return_once(|_| Ok(()));
    let audited = |it: &AuditDraft| it.action == "grant.updated";
    tx.expect_append_audit().times(1).withf(audited).return_once(|_| Ok(()));
    tx.expect_lock_endpoints_of()
        .times(1)
        .withf(|account, grants| *account == ACCOUNT && *grants == [GRANT])
        .return_once(|_, _| Ok(Vec::new()));
}

fn fresh() -> StepUp {
    StepUp::FreshSession
}

fn proven(password: &str) -> StepUp {
    let password = Some(PasswordHash::from_phc(password.to_owned()));
    StepUp::Proven(Proof { password, code: None })
}

fn per_transaction(cents: Option<i64>) -> GrantChange {
    let per_transaction = Some(cents.map(Money::usd));
    let mandate = MandateChange { per_transaction, ..MandateChange::default() };
    GrantChange { mandate, ..GrantChange::default() }
}

fn update(tx: &mut MockTx, change: GrantChange, step_up: StepUp) -> CommandResult<Held> {
    UpdateGrant { id: GRANT, change, step_up }.run(&mut Unit::new(tx, &context()))
}

fn done<T>(result: CommandResult<T>) -> T {
    match result {
        Ok(Ending::Done(done)) => done,
        Ok(_) => panic!("it is kept"),
        Err(error) => panic!("{error:?}"),
    }
}

#[test]
fn an_old_session_narrows_and_writes_what_changed() {
    let mut tx = MockTx::new();
    acting(&mut tx, CredentialKind::Session, 601);
    found(&mut tx, held(ACCOUNT));
    let narrower = |grant: &Grant| grant.mandate.per_transaction == Some(Money::usd(499));
    tx.expect_save_grant().times(1).withf(narrower).return_once(|_| Ok(()));
    changes(&mut tx);
    let changed = done(update(&mut tx, per_transaction(Some(499)), fresh()));
    assert_eq!(changed.grant.mandate.per_transaction, Some(Money::usd(499)));
    let mut tx = MockTx::new();
    acting(&mut tx, CredentialKind::Session, 601);
    found(&mut tx, held(ACCOUNT));
    tx.expect_save_credential().times(1).return_once(|_| Ok(()));
    changes(&mut tx);
    let scopes = Some(ScopeSet::from_iter([Scope::CardRead]));
    let fewer = GrantChange { scopes, ..GrantChange::default() };
    assert_eq!(Some(done(update(&mut tx, fewer, fresh())).credential.scopes), scopes);
}

#[test]
fn what_changes_nothing_writes_nothing() {
    for change in [GrantChange::default(), per_transaction(Some(500))] {
        let mut tx = MockTx::new();
        acting(&mut tx, CredentialKind::Session, 601);
        found(&mut tx, held(ACCOUNT));
        assert_eq!(done(update(&mut tx, change, fresh())), held(ACCOUNT));
    }
}

#[test]
fn what_widens_asks_for_its_owner() {
    let wider = [
        per_transaction(Some(501)),
        per_transaction(None),
        GrantChange { cards: Some(None), ..GrantChange::default() },
        GrantChange { reveal: Some(Reveal::Always), ..GrantChange::default() },
    ];
    for change in wider {
        let mut tx = MockTx::new();
        acting(&mut tx, CredentialKind::Session, 601);
        found(&mut tx, held(ACCOUNT));
        let refused = update(&mut tx, change.clone(), fresh());
        assert_eq!(refusal(refused), ErrorCode::StepUpRequired, "{change:?}");
        let mut tx = MockTx::new();
        acting(&mut tx, CredentialKind::Session, 600);
        found(&mut tx, held(ACCOUNT));
        tx.expect_save_grant().times(1).return_once(|_| Ok(()));
        changes(&mut tx);
        done(update(&mut tx, change, fresh()));
    }
}

#[test]
fn a_proof_is_settled_whether_it_was_asked_for_or_not() {
    let mut tx = MockTx::new();
    acting(&mut tx, CredentialKind::Session, 601);
    tx.expect_find_account().times(1).return_once(|_| Ok(Some(account("new"))));
    let refused = update(&mut tx, GrantChange::default(), proven("old"));
    assert_eq!(refusal(refused), ErrorCode::InvalidCredentials);
    let mut tx = MockTx::new();
    acting(&mut tx, CredentialKind::Session, 601);
    found(&mut tx, held(ACCOUNT));
    tx.expect_find_account().times(1).return_once(|_| Ok(Some(account("new"))));
    tx.expect_save_account().times(1).return_once(|_| Ok(()));
    tx.expect_save_grant().times(1).return_once(|_| Ok(()));
    changes(&mut tx);
    done(update(&mut tx, per_transaction(Some(501)), proven("new")));
}

#[test]
fn nobody_but_a_session_of_its_owner_changes_a_grant() {
    for kind in [CredentialKind::ApiKey, CredentialKind::Grant] {
        let mut tx = MockTx::new();
        acting(&mut tx, kind, 0);
        let refused = update(&mut tx, per_transaction(Some(1)), fresh());
        assert_eq!(refusal(refused), ErrorCode::SessionRequired, "{kind:?}");
    }
    let mut tx = MockTx::new();
    acting(&mut tx, CredentialKind::Session, 0);
    found(&mut tx, held(STRANGER));
    let refused = update(&mut tx, per_transaction(Some(1)), fresh());
    assert_eq!(refusal(refused), ErrorCode::ResourceNotFound);
    let mut tx = MockTx::new();
    acting(&mut tx, CredentialKind::Session, 0);
    tx.expect_find_grant().return_once(|_| Ok(None));
    let refused = update(&mut tx, per_transaction(Some(1)), fresh());
    assert_eq!(refusal(refused), ErrorCode::ResourceNotFound);
}

#[test]
fn a_grant_that_ended_stays_as_it_was() {
    let mut tx = MockTx::new();
    acting(&mut tx, CredentialKind::Session, 0);
    let mut ended = held(ACCOUNT);
    ended.grant.end(NOW);
    found(&mut tx, ended);
    let refused = update(&mut tx, per_transaction(Some(1)), fresh());
    assert_eq!(refusal(refused), ErrorCode::GrantNotActive);
}

#[test]
fn scopes_that_it_lacks_and_cards_of_others_are_refused() {
    let scopes = Some(ScopeSet::from_iter([Scope::CardRead, Scope::WithdrawalCreate]));
    let mut tx = MockTx::new();
    acting(&mut tx, CredentialKind::Session, 0);
    found(&mut tx, held(ACCOUNT));
    let refused = update(&mut tx, GrantChange { scopes, ..GrantChange::default() }, fresh());
    assert_eq!(refusal(refused), ErrorCode::InvalidField);
    for theirs in [None, Some(card(STRANGER))] {
        let mut tx = MockTx::new();
        acting(&mut tx, CredentialKind::Session, 0);
        found(&mut tx, held(ACCOUNT));
        tx.expect_find_card()
            .returning(move |id| Ok(if id == CARD { Some(card(ACCOUNT)) } else { theirs.clone() }));
        let cards = Some(Some(vec![CARD, CardId::new(0x301)]));
        let refused = update(&mut tx, GrantChange { cards, ..GrantChange::default() }, fresh());
        assert_eq!(refusal(refused), ErrorCode::InvalidField);
    }
}

/// What the grant asked of this owner.
fn asked(owner: AccountId) -> Approval {
    let new = NewApproval {
        id: APPROVAL,
        account: owner,
        grant: GRANT,
        operation: "issue_card".to_owned(),
        summary: "Issue a card, and load 1.00 USD onto it".to_owned(),
        book: Book::Live,
        card: None,
        amount: Some(Money::usd(100)),
    };
    Approval::ask(new, NOW)
}

fn decide(tx: &mut MockTx, answer: Answered) -> CommandResult<Approval> {
    DecideApproval { id: APPROVAL, answer }.run(&mut Unit::new(tx, &context()))
}

/// Lets a decision be written and told of.
fn decided(tx: &mut MockTx, status: ApprovalStatus, kind: EventType) {
    tx.expect_find_approval().times(1).return_once(|_| Ok(Some(asked(ACCOUNT))));
    let right = move |approval: &Approval| approval.status == status;
    tx.expect_save_approval().times(1).withf(right).return_once(|_| Ok(()));
    tx.expect_append_event().times(1).withf(move |it| it.kind == kind).return_once(|_| Ok(()));
    let audited = move |it: &AuditDraft| it.action == kind.as_str();
    tx.expect_append_audit().times(1).withf(audited).return_once(|_| Ok(()));
}

#[test]
fn a_yes_takes_its_owner_and_makes_room_for_another_question() {
    let mut tx = MockTx::new();
    acting(&mut tx, CredentialKind::Session, 600);
    decided(&mut tx, ApprovalStatus::Approved, EventType::ApprovalApproved);
    let mut held = held(ACCOUNT);
    held.grant.ask(asked(ACCOUNT).expires_at, NOW).expect("it is the first");
    found(&mut tx, held);
    let free = |grant: &Grant| grant.questions.is_empty();
    tx.expect_save_grant().times(1).withf(free).return_once(|_| Ok(()));
    let approval = done(decide(&mut tx, Answered::Yes(fresh())));
    assert_eq!((approval.status, approval.decided_at), (ApprovalStatus::Approved, Some(NOW)));
}

#[test]
fn a_no_takes_a_session_of_any_age() {
    let mut tx = MockTx::new();
    acting(&mut tx, CredentialKind::Session, 100_000);
    decided(&mut tx, ApprovalStatus::Rejected, EventType::ApprovalRejected);
    // Its place among the questions is free already.
    found(&mut tx, held(ACCOUNT));
    assert_eq!(done(decide(&mut tx, Answered::No)).status, ApprovalStatus::Rejected);
}

#[test]
fn nothing_is_decided_of_an_agent_that_may_do_it_no_more() {
    let (mut revoked, mut lesser) = (held(ACCOUNT).credential, held(ACCOUNT).credential);
    revoked.revoke(NOW);
    lesser.hold(ScopeSet::from_iter([Scope::CardRead]), NOW);
    for asker in [None, Some(revoked), Some(lesser)] {
        let mut tx = MockTx::new();
        acting(&mut tx, CredentialKind::Session, 0);
        tx.expect_find_approval().times(1).return_once(|_| Ok(Some(asked(ACCOUNT))));
        tx.expect_find_credential().times(1).return_once(|_| Ok(asker));
        assert_eq!(refusal(decide(&mut tx, Answered::No)), ErrorCode::ApprovalNotPending);
    }
}

#[test]
fn whoever_may_not_decide_is_told_nothing_of_the_question() {
    for (kind, answer, code) in [
        (CredentialKind::Session, Answered::Yes(fresh()), ErrorCode::StepUpRequired),
        (CredentialKind::ApiKey, Answered::Yes(fresh()), ErrorCode::SessionRequired),
        (CredentialKind::Grant, Answered::Yes(fresh()), ErrorCode::SessionRequired),
        (CredentialKind::ApiKey, Answered::No, ErrorCode::SessionRequired),
        (CredentialKind::Grant, Answered::No, ErrorCode::SessionRequired),
    ] {
        let mut tx = MockTx::new();
        acting(&mut tx, kind, 601);
        assert_eq!(refusal(decide(&mut tx, answer)), code, "{kind:?}");
    }
}

#[test]
fn only_what_waits_for_this_owner_is_decided() {
    let mut rejected = asked(ACCOUNT);
    rejected.decide(cardium_auth::grants::Decision::Reject, NOW).expect("it is pending");
    for (there, code) in [
        (None, ErrorCode::ResourceNotFound),
        (Some(asked(STRANGER)), ErrorCode::ResourceNotFound),
        (Some(rejected), ErrorCode::ApprovalNotPending),
    ] {
        let mut tx = MockTx::new();
        acting(&mut tx, CredentialKind::Session, 0);
        found(&mut tx, held(ACCOUNT));
        tx.expect_find_approval().times(1).return_once(|_| Ok(there));
        assert_eq!(refusal(decide(&mut tx, Answered::No)), code);
    }
}
