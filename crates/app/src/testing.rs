//! The open transaction as a mock, for tests of use cases by themselves: what a test does not
//! expect may not be called, so a use case that refuses is seen to write nothing.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use cardium_accounts::*;
use cardium_auth::{grants::*, oauth::*, *};
use cardium_authorizations::*;
use cardium_cards::*;
use cardium_disputes::*;
use cardium_kernel::*;
use cardium_ledger::*;
use cardium_topups::*;
use cardium_vault::PanFingerprint;
use cardium_webhooks::*;
use cardium_withdrawals::*;

use crate::{
    Actor, CommandError, CommandResult, Context, EventDraft, Policy, WithdrawalFees,
    access_tokens::{OauthKey, OauthKeyStore},
    announcements::{AnnouncementStore, Spreading},
    api_keys::ApiKeyStore,
    audit::{AuditDraft, AuditLog},
    chain::{ChainCursorStore, SimulatedChainStore, SimulatedPayment},
    event::Outbox,
    idempotency::{IdempotencyRecord, IdempotencyStore},
    quotas::{Quota, QuotaStore},
    tickets::HolderStore,
    upkeep::{RetentionStore, UpkeepStore},
};

/// The moment of every test.
pub(crate) const NOW: Timestamp = Timestamp::from_unix_seconds(1_780_000_000);
/// Whoever asks.
pub(crate) const ACCOUNT: AccountId = AccountId::new(0x100);
/// Somebody else.
pub(crate) const STRANGER: AccountId = AccountId::new(0x200);
/// The card at hand.
pub(crate) const CARD: CardId = CardId::new(0x300);

mockall::mock! {
    pub Tx {}

    impl LedgerStore for Tx {
        fn find_ledger_account(
            &mut self,
            id: LedgerAccountId,
        ) -> Result<Option<LedgerAccount>, StoreError>;
        fn save_ledger_account(&mut self, account: LedgerAccount) -> Result<(), StoreError>;
        fn find_hold(&mut self, id: HoldId) -> Result<Option<Hold>, StoreError>;
        fn save_hold(&mut self, hold: Hold) -> Result<(), StoreError>;
        fn insert_posting(
            &mut self,
            posting: Posting,
            entries: Vec<Entry>,
            now: Timestamp,
        ) -> Result<(), StoreError>;
    }

    impl AccountStore for Tx {
        fn find_account(&mut self, id: AccountId) -> Result<Option<Account>, StoreError>;
        fn find_account_by_email(&mut self, email: &Email) -> Result<Option<AccountId>, StoreError>;
        fn save_account(&mut self, account: Account) -> Result<(), StoreError>;
    }

    impl CredentialStore for Tx {
        fn find_credential(&mut self, id: CredentialId) -> Result<Option<Credential>, StoreError>;
        fn save_credential(&mut self, credential: Credential) -> Result<(), StoreError>;
    }

    impl GrantStore for Tx {
        fn find_grant(&mut self, id: GrantId) -> Result<Option<Grant>, StoreError>;
        fn save_grant(&mut self, grant: Grant) -> Result<(), StoreError>;
        fn find_approval(&mut self, id: ApprovalId) -> Result<Option<Approval>, StoreError>;
        fn save_approval(&mut self, approval: Approval) -> Result<(), StoreError>;
    }

    impl OAuthStore for Tx {
        fn find_client(&mut self, id: &str) -> Result<Option<Client>, StoreError>;
        fn save_client(&mut self, client: &Client) -> Result<(), StoreError>;
        fn drop_ended_client(&mut self, id: &str) -> Result<bool, StoreError>;
        fn count_operator_clients(&mut self) -> Result<i64, StoreError>;
        fn find_consent(&mut self, id: ConsentId) -> Result<Option<Consent>, StoreError>;
        fn save_consent(&mut self, consent: &Consent) -> Result<(), StoreError>;
        fn find_code(&mut self, hash: &[u8; 32]) -> Result<Option<AuthorizationCode>, StoreError>;
        fn save_code(&mut self, code: &AuthorizationCode) -> Result<(), StoreError>;
        fn find_refresh(&mut self, hash: &[u8; 32]) -> Result<Option<RefreshToken>, StoreError>;
        fn save_refresh(&mut self, token: &RefreshToken) -> Result<(), StoreError>;
        fn drop_unused_refresh(&mut self, of: &RefreshToken, keep: i64) -> Result<(), StoreError>;
        fn count_open_grants(&mut self, account: AccountId) -> Result<i64, StoreError>;
        fn purge_oauth(&mut self, now: Timestamp, limit: i64) -> Result<i64, StoreError>;
    }

    impl crate::grants::LapseStore for Tx {
        fn has_lapsed(&mut self, grant: GrantId, now: Timestamp) -> Result<bool, StoreError>;
    }

    impl CardStore for Tx {
        fn find_card(&mut self, id: CardId) -> Result<Option<Card>, StoreError>;
        fn find_card_by_pan(&mut self, pan: &PanFingerprint) -> Result<Option<CardId>, StoreError>;
        fn find_pan(&mut self, id: CardId) -> Result<Option<StoredPan>, StoreError>;
        fn find_velocity(&mut self, id: CardId) -> Result<Option<Velocity>, StoreError>;
        fn save_velocity(&mut self, velocity: Velocity) -> Result<(), StoreError>;
        fn save_card(&mut self, card: Card) -> Result<(), StoreError>;
        fn count_cards(&mut self, account: AccountId) -> Result<i64, StoreError>;
        fn insert_pan(&mut self, pan: StoredPan) -> Result<(), StoreError>;
    }

    impl AuthorizationStore for Tx {
        fn find_authorization(
            &mut self,
            id: AuthorizationId,
        ) -> Result<Option<Authorization>, StoreError>;
        fn find_authorizations(
            &mut self,
            reference: &AuthorizationReference,
        ) -> Result<Vec<AuthorizationId>, StoreError>;
        fn save_authorization(&mut self, authorization: Authorization) -> Result<(), StoreError>;
        fn insert_transaction(&mut self, transaction: Transaction) -> Result<(), StoreError>;
        fn find_message(&mut self, id: MessageId) -> Result<Option<NetworkMessage>, StoreError>;
        fn find_pending(
            &mut self,
            id: MessageId,
        ) -> Result<Option<PendingAuthorization>, StoreError>;
        fn save_pending(&mut self, pending: PendingAuthorization) -> Result<(), StoreError>;
        fn insert_message(&mut self, message: NetworkMessage) -> Result<(), StoreError>;
    }

    impl TopupStore for Tx {
        fn find_topup(&mut self, id: TopupId) -> Result<Option<Topup>, StoreError>;
        fn find_topup_by_address(&mut self, address: &str) -> Result<Option<TopupId>, StoreError>;
        fn save_topup(&mut self, topup: Topup) -> Result<(), StoreError>;
        fn find_deposit(&mut self, id: DepositId) -> Result<Option<Deposit>, StoreError>;
        fn save_deposit(&mut self, deposit: Deposit) -> Result<(), StoreError>;
    }

    impl DisputeStore for Tx {
        fn find_dispute(&mut self, id: DisputeId) -> Result<Option<Dispute>, StoreError>;
        fn save_dispute(&mut self, dispute: Dispute) -> Result<(), StoreError>;
        fn find_docket(&mut self, id: AuthorizationId) -> Result<Option<Docket>, StoreError>;
        fn save_docket(&mut self, docket: Docket) -> Result<(), StoreError>;
    }

    impl IdempotencyStore for Tx {
        fn find_idempotency(&mut self, id: u128) -> Result<Option<IdempotencyRecord>, StoreError>;
        fn save_idempotency(&mut self, record: IdempotencyRecord) -> Result<(), StoreError>;
    }

    impl Outbox for Tx {
        fn append_event(&mut self, draft: EventDraft) -> Result<(), StoreError>;
    }

    impl AuditLog for Tx {
        fn append_audit(&mut self, draft: AuditDraft) -> Result<(), StoreError>;
    }

    impl ApiKeyStore for Tx {
        fn count_api_keys(&mut self, account: AccountId, now: Timestamp) -> Result<i64, StoreError>;
    }

    impl WebhookStore for Tx {
        fn count_endpoints(&mut self, account: AccountId) -> Result<i64, StoreError>;
        fn insert_endpoint(&mut self, endpoint: &Endpoint) -> Result<(), StoreError>;
        fn find_endpoint(
            &mut self,
            account: AccountId,
            id: EndpointId,
        ) -> Result<Option<Endpoint>, StoreError>;
        fn save_endpoint(&mut self, endpoint: &Endpoint) -> Result<(), StoreError>;
        fn lock_endpoints_of(
            &mut self,
            account: AccountId,
            grants: &[GrantId],
        ) -> Result<Vec<Endpoint>, StoreError>;
        fn save_ended(&mut self, ended: &[EndpointId], now: Timestamp) -> Result<(), StoreError>;
        fn find_event(
            &mut self,
            account: AccountId,
            id: EventId,
        ) -> Result<Option<(EventRef, String, Book)>, StoreError>;
        fn delete_endpoint(
            &mut self,
            account: AccountId,
            id: EndpointId,
        ) -> Result<bool, StoreError>;
    }

    impl DeliveryStore for Tx {
        fn begin_fan_out(&mut self) -> Result<bool, StoreError>;
        fn take_undispatched(
            &mut self,
            after: AccountId,
            limit: i64,
        ) -> Result<Vec<Undispatched>, StoreError>;
        fn lock_lanes_of(
            &mut self,
            accounts: &[AccountId],
        ) -> Result<HashSet<EndpointId>, StoreError>;
        fn lock_lanes(&mut self, endpoints: &[EndpointId]) -> Result<Vec<Lane>, StoreError>;
        fn endpoints_of(&mut self, accounts: &[AccountId]) -> Result<Vec<Endpoint>, StoreError>;
        fn find_busy(&mut self, subjects: &[Subject]) -> Result<HashSet<Subject>, StoreError>;
        fn insert_deliveries(&mut self, deliveries: &[Delivery]) -> Result<(), StoreError>;
        fn wake_lanes(
            &mut self,
            endpoints: &[EndpointId],
            now: Timestamp,
        ) -> Result<(), StoreError>;
        fn mark_dispatched(&mut self, events: &[EventId]) -> Result<(), StoreError>;
        fn lease_lanes(
            &mut self,
            care: Care,
            moments: (Timestamp, Timestamp),
            limit: i64,
        ) -> Result<Vec<Lane>, StoreError>;
        fn save_results(&mut self, deliveries: &[Delivery]) -> Result<(), StoreError>;
        fn let_next_go(&mut self, subjects: &[Subject], now: Timestamp) -> Result<(), StoreError>;
        fn save_failing(
            &mut self,
            lanes: &[(EndpointId, Option<Timestamp>)],
        ) -> Result<(), StoreError>;
        fn release_lanes(
            &mut self,
            lanes: &[Released],
            now: Timestamp,
        ) -> Result<bool, StoreError>;
    }

    impl LaneStore for Tx {
        fn find_failing_since(
            &mut self,
            endpoint: EndpointId,
        ) -> Result<Option<Timestamp>, StoreError>;
        fn clear_failing(&mut self, endpoint: EndpointId) -> Result<(), StoreError>;
        fn is_retrying(&mut self, endpoint: EndpointId, now: Timestamp)
        -> Result<bool, StoreError>;
        fn find_recovery(&mut self, endpoint: EndpointId) -> Result<Option<Recovery>, StoreError>;
        fn save_recovery(
            &mut self,
            endpoint: EndpointId,
            recovery: Option<Recovery>,
        ) -> Result<(), StoreError>;
        fn last_event(&mut self, account: AccountId) -> Result<i64, StoreError>;
        fn last_event_before(
            &mut self,
            account: AccountId,
            at: Timestamp,
        ) -> Result<i64, StoreError>;
        fn find_event_moment(
            &mut self,
            account: AccountId,
            place: i64,
        ) -> Result<Option<Timestamp>, StoreError>;
        fn progress_of(
            &mut self,
            endpoint: &Endpoint,
            range: Recovery,
            limit: i64,
        ) -> Result<Vec<EventProgress>, StoreError>;
    }

    impl UpkeepStore for Tx {
        fn save_uses(&mut self, uses: &[(CredentialId, Timestamp)]) -> Result<(), StoreError>;
        fn purge_idempotency(&mut self, before: Timestamp, limit: i64) -> Result<i64, StoreError>;
        fn purge_pending(&mut self, before: Timestamp, limit: i64) -> Result<i64, StoreError>;
    }

    impl RetentionStore for Tx {
        fn purge_events(&mut self, before: Timestamp, limit: i64) -> Result<i64, StoreError>;
        fn purge_deliveries(&mut self, before: Timestamp, limit: i64) -> Result<i64, StoreError>;
    }

    impl ChainCursorStore for Tx {
        fn chain_cursor(&mut self, network: Network) -> Result<u64, StoreError>;
        fn save_chain_cursor(&mut self, network: Network, height: u64) -> Result<(), StoreError>;
    }

    impl SimulatedChainStore for Tx {
        fn simulated_height(&mut self, network: Network) -> Result<u64, StoreError>;
        fn save_simulated_height(
            &mut self,
            network: Network,
            height: u64,
        ) -> Result<(), StoreError>;
        fn insert_simulated_transfer(&mut self, transfer: &Transfer) -> Result<(), StoreError>;
        fn insert_simulated_payment(
            &mut self,
            payment: &SimulatedPayment,
        ) -> Result<(), StoreError>;
        fn revert_simulated_payment(&mut self, withdrawal: WithdrawalId) -> Result<(), StoreError>;
    }

    impl WithdrawalStore for Tx {
        fn find_withdrawal(&mut self, id: WithdrawalId) -> Result<Option<Withdrawal>, StoreError>;
        fn save_withdrawal(&mut self, withdrawal: Withdrawal) -> Result<(), StoreError>;
        fn find_payee(&mut self, id: PayeeId) -> Result<Option<Payee>, StoreError>;
        fn insert_payee(&mut self, payee: Payee) -> Result<(), StoreError>;
    }

    impl TicketStore for Tx {
        fn count_open_tickets(&mut self, account: AccountId) -> Result<i64, StoreError>;
        fn find_ticket(
            &mut self,
            account: AccountId,
            id: TicketId,
        ) -> Result<Option<Ticket>, StoreError>;
        fn insert_ticket(&mut self, ticket: &Ticket) -> Result<(), StoreError>;
        fn save_ticket(&mut self, ticket: &Ticket) -> Result<(), StoreError>;
    }

    impl HolderStore for Tx {
        fn holds_active_card(&mut self, account: AccountId) -> Result<bool, StoreError>;
    }

    impl AnnouncementStore for Tx {
        fn take_announcement(
            &mut self,
            id: AnnouncementId,
        ) -> Result<Option<Spreading>, StoreError>;
        fn save_announcement(&mut self, spreading: &Spreading) -> Result<(), StoreError>;
    }

    impl OauthKeyStore for Tx {
        fn take_oauth_keys(&mut self) -> Result<Vec<OauthKey>, StoreError>;
        fn replace_oauth_keys(
            &mut self,
            keys: &[OauthKey],
            now: Timestamp,
        ) -> Result<(), StoreError>;
    }

    impl QuotaStore for Tx {
        fn find_quota(&mut self, id: u128) -> Result<Option<Quota>, StoreError>;
        fn save_quota(&mut self, quota: Quota) -> Result<(), StoreError>;
        fn purge_quotas(&mut self, before: Timestamp, limit: i64) -> Result<i64, StoreError>;
    }

    impl crate::tx::HotTx for Tx {}
    impl crate::tx::Tx for Tx {}
}

/// What a command of [`ACCOUNT`] is given.
pub(crate) fn context() -> Context {
    let policy = Policy {
        load_fee: Rate::from_millionths(20_000),
        conversion_fee: Rate::from_millionths(0),
        topup_minimum: Money::usd(2_000),
        topup_live_from: Money::usd(20_000),
        topup_maximum: Money::usd(10_000_000),
        load_maximum: Money::usd(5_000_000),
        withdrawal_minimum: Money::usd(1_000),
        withdrawal_fees: WithdrawalFees::NONE,
        withdrawal_cooling: Duration::ZERO,
        cards_maximum: 1_000,
        open_tickets_maximum: 50,
        api_keys_maximum: 100,
        webhooks_maximum: 16,
        webhook_patience: Patience::default(),
    };
    Context {
        now: NOW,
        ids: IdSource::new(NOW, [1; 16]),
        actor: Actor::Credential {
            account: ACCOUNT,
            credential: CredentialId::new(0x400),
            kind: CredentialKind::ApiKey,
            scope: None,
            reach: Reach::All,
        },
        request: None,
        policy: Arc::new(policy),
    }
}

/// For which reason a command was refused.
pub(crate) fn refusal<T: std::fmt::Debug>(result: CommandResult<T>) -> ErrorCode {
    match result {
        Err(CommandError::Problem(problem)) => problem.code,
        other => panic!("{other:?}"),
    }
}

/// [`ACCOUNT`], which has this password.
pub(crate) fn account(password: &str) -> Account {
    let email = Email::parse("owner@example.com").expect("an address");
    Account::open(ACCOUNT, email, PasswordHash::from_phc(password.to_owned()), NOW)
}

/// A credential of [`ACCOUNT`], made this many seconds ago.
pub(crate) fn credential(kind: CredentialKind, seconds: u64) -> Credential {
    let made = Timestamp::from_unix_micros(
        NOW.unix_micros() - i64::try_from(seconds * 1_000_000).expect("a short time"),
    );
    Credential::restore(CredentialRecord {
        id: CredentialId::new(0x400),
        account: ACCOUNT,
        kind,
        token: TokenHash([0; 32]),
        name: String::new(),
        prefix: String::new(),
        last4: String::new(),
        scopes: ScopeSet::default(),
        mode: None,
        generation: 0,
        allowed: AllowList::default(),
        metadata: Metadata::default(),
        created_at: made,
        expires_at: None,
        revoked_at: None,
        updated_at: made,
        version: 1,
    })
}

/// A live virtual card of an account.
pub(crate) fn card(account: AccountId) -> Card {
    let product = CATALOGUE.iter().find(|product| product.bin == "489517");
    let new = NewCard {
        id: CARD,
        account,
        book: Book::Live,
        product: product.expect("a product of the catalogue"),
        last4: "4218".to_owned(),
        label: None,
        wallet: Wallet { apple_pay: WalletState::Pending, google_pay: WalletState::Pending },
        controls: Controls::default(),
        shipping: None,
        metadata: Metadata::default(),
        grant: None,
    };
    Card::issue(new, Card::expiry_from(NOW), NOW)
}

/// Lets the mock keep ledger accounts, the treasury with this much to begin with; nothing is
/// stopped.
pub(crate) fn with_treasury(tx: &mut MockTx, cents: i64) {
    unlocked(tx);
    let id = LedgerAccountId::treasury(ACCOUNT, Book::Live);
    let role = Role::Treasury(Book::Live);
    let open = LedgerAccount::open(id, ACCOUNT, Book::Live, role, Money::usd(0));
    let record =
        cardium_ledger::AccountRecord { posted: Money::usd(cents), version: 1, ..(*open).clone() };
    let accounts = HashMap::from([(id, LedgerAccount::restore(record))]);
    let accounts = Arc::new(Mutex::new(accounts));
    let kept = Arc::clone(&accounts);
    tx.expect_find_ledger_account()
        .returning(move |id| Ok(accounts.lock().unwrap().get(&id).cloned()));
    tx.expect_save_ledger_account().returning(move |account| {
        kept.lock().unwrap().insert(account.id, account);
        Ok(())
    });
}

/// Lets the mock find [`ACCOUNT`], whose owner has stopped nothing.
pub(crate) fn unlocked(tx: &mut MockTx) {
    tx.expect_find_account().returning(|_| Ok(Some(account("old"))));
}
