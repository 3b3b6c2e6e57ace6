//! Queries over one account with its credentials; everything else is empty or fails.

use std::{collections::HashMap, sync::Mutex};

use cardium_accounts::{Account, Email, Ticket};
use cardium_app::{
    access_tokens::OauthKey, announcements::Due, chain::SimulatedPayment, event::CardView,
    oauth::Line, reads::*,
};
use cardium_auth::{
    Credential, TokenHash,
    grants::{Approval, Grant},
    oauth::{Client, Consent, RefreshToken},
};
use cardium_authorizations::{Authorization, NetworkMessage, PendingAuthorization, Transaction};
use cardium_cards::{StoredPan, Velocity};
use cardium_disputes::Dispute;
use cardium_kernel::*;
use cardium_topups::{Topup, Transfer};
use cardium_webhooks::{Endpoint, Lane, Patience};
use cardium_withdrawals::Withdrawal;

/// Shared by the test and the doors under test.
#[derive(Default)]
pub struct FakeReads {
    pub credentials: Mutex<HashMap<[u8; 32], (Credential, Timestamp)>>,
    pub look_ups: Mutex<usize>,
    pub dispute: Mutex<Option<Dispute>>,
    /// Where there is none, whoever looks for one panics.
    pub account: Mutex<Option<Account>>,
    pub grant: Mutex<Option<(Grant, Credential)>>,
    pub approval: Mutex<Option<Approval>>,
}

fn empty<T>() -> ReadResult<Page<T>> {
    Ok(Page { items: Vec::new(), has_more: false })
}

fn broken<T>() -> ReadResult<T> {
    let detail = "planted detail".to_owned();
    Err(ReadError::Store(StoreError::Backend(detail)))
}

fn balance(book: Book, cents: i64) -> Balance {
    Balance {
        book,
        available: Money::usd(cents),
        held: Money::usd(0),
        pending: Money::usd(0),
        ever_used: cents > 0,
        updated_at: None,
    }
}

fn one<T>(item: Option<T>) -> ReadResult<Page<T>> {
    Ok(Page { items: item.into_iter().collect(), has_more: false })
}

impl FakeReads {
    fn grant_view(&self) -> Option<GrantView> {
        let held = self.grant.lock().unwrap().clone();
        held.map(|(grant, credential)| GrantView { grant, credential, last_used: None })
    }
}

impl GrantReads for FakeReads {
    fn find_grant(&self, _: GrantId) -> ReadResult<Option<GrantView>> {
        Ok(self.grant_view())
    }

    fn list_grants(&self, _: &ListQuery<GrantFilter, ByCreation>) -> ReadResult<Page<GrantView>> {
        one(self.grant_view())
    }

    fn lapsed_grants(&self, _: Timestamp, _: i64) -> ReadResult<Vec<(GrantId, AccountId)>> {
        Ok(Vec::new())
    }

    fn find_approval(&self, _: AccountId, id: ApprovalId) -> ReadResult<Option<Approval>> {
        Ok(self.approval.lock().unwrap().clone().filter(|approval| approval.id == id))
    }

    fn list_approvals(
        &self,
        _: &ListQuery<ApprovalFilter, ByCreation>,
    ) -> ReadResult<Page<Approval>> {
        one(self.approval.lock().unwrap().clone())
    }
}

impl OAuthReads for FakeReads {
    fn find_client(&self, _: &str) -> ReadResult<Option<Client>> {
        Ok(None)
    }

    fn find_consent(&self, _: ConsentId) -> ReadResult<Option<Consent>> {
        Ok(None)
    }

    fn find_code_line(&self, _: &[u8; 32]) -> ReadResult<Option<Line>> {
        Ok(None)
    }

    fn find_refresh(&self, _: &[u8; 32]) -> ReadResult<Option<RefreshToken>> {
        Ok(None)
    }

    fn find_refresh_line(&self, _: &[u8; 32]) -> ReadResult<Option<Line>> {
        Ok(None)
    }

    fn is_ended_client(&self, _: &str) -> ReadResult<bool> {
        Ok(false)
    }

    fn ended_clients(&self, _: i64) -> ReadResult<Vec<Client>> {
        Ok(Vec::new())
    }

    fn operator_clients(&self, _: i64) -> ReadResult<Vec<Client>> {
        Ok(Vec::new())
    }

    fn open_grants_of(&self, _: &str, _: i64) -> ReadResult<Vec<Line>> {
        Ok(Vec::new())
    }
}

impl OauthKeyReads for FakeReads {
    fn oauth_keys(&self) -> ReadResult<Vec<OauthKey>> {
        Ok(Vec::new())
    }
}

impl AccountReads for FakeReads {
    fn find_account(&self, _: AccountId) -> ReadResult<Option<Account>> {
        let found = self.account.lock().unwrap().clone();
        Ok(Some(found.expect("planted panic")))
    }

    fn find_account_by_email(&self, _: &Email) -> ReadResult<Option<Account>> {
        Ok(None)
    }

    fn half_stopped(&self, _: i64) -> ReadResult<Vec<AccountId>> {
        Ok(Vec::new())
    }

    fn find_ticket(&self, _: AccountId, _: TicketId) -> ReadResult<Option<Ticket>> {
        Ok(None)
    }

    fn list_tickets(&self, _: &ListQuery<TicketFilter, TicketSort>) -> ReadResult<Page<Ticket>> {
        empty()
    }

    fn due_announcement(&self) -> ReadResult<Option<Due>> {
        Ok(None)
    }
}

impl BalanceReads for FakeReads {
    fn balances(&self, _: AccountId) -> ReadResult<[Balance; 2]> {
        Ok([balance(Book::Live, 48_720), balance(Book::Sandbox, 2_000)])
    }

    fn list_history(
        &self,
        _: &ListQuery<HistoryFilter, HistorySort>,
    ) -> ReadResult<Page<HistoryEntry>> {
        empty()
    }
}

impl CardReads for FakeReads {
    fn find_card(&self, _: AccountId, _: CardId) -> ReadResult<Option<CardView>> {
        Ok(None)
    }

    fn find_cards(&self, _: AccountId, _: &[CardId]) -> ReadResult<Vec<CardView>> {
        Ok(Vec::new())
    }

    fn find_velocity(&self, _: AccountId, _: CardId) -> ReadResult<Option<Velocity>> {
        Ok(None)
    }

    fn list_cards(&self, _: &ListQuery<CardFilter, CardSort>) -> ReadResult<Page<CardView>> {
        empty()
    }

    fn find_pan(&self, _: AccountId, _: CardId) -> ReadResult<Option<StoredPan>> {
        Ok(None)
    }
}

impl ChainReads for FakeReads {
    fn chain_cursor(&self, _: Network) -> ReadResult<u64> {
        Ok(0)
    }

    fn simulated_head(&self, _: Network) -> ReadResult<u64> {
        Ok(0)
    }

    fn simulated_transfers(&self, _: Network, _: (u64, u64)) -> ReadResult<Vec<Transfer>> {
        Ok(Vec::new())
    }

    fn simulated_payment(&self, _: WithdrawalId) -> ReadResult<Option<SimulatedPayment>> {
        Ok(None)
    }
}

impl DisputeReads for FakeReads {
    fn find_capture(&self, _: AuthorizationId) -> ReadResult<Option<Transaction>> {
        broken()
    }

    fn find_dispute(&self, _: AccountId, _: DisputeId) -> ReadResult<Option<Dispute>> {
        Ok(self.dispute.lock().unwrap().clone())
    }

    fn list_disputes(
        &self,
        _: &ListQuery<DisputeFilter, DisputeSort>,
    ) -> ReadResult<Page<Dispute>> {
        empty()
    }

    fn attached_blobs(&self, _: &[BlobId]) -> ReadResult<Vec<BlobId>> {
        broken()
    }
}

impl KeyReads for FakeReads {
    fn find_credential(&self, token: &TokenHash) -> ReadResult<Option<(Credential, Timestamp)>> {
        *self.look_ups.lock().unwrap() += 1;
        Ok(self.credentials.lock().unwrap().get(&token.0).cloned())
    }

    fn list_api_keys(
        &self,
        _: &ListQuery<KeyFilter, KeySort>,
    ) -> ReadResult<Page<(Credential, Option<Timestamp>)>> {
        empty()
    }

    fn find_api_key(
        &self,
        _: AccountId,
        _: CredentialId,
    ) -> ReadResult<Option<(Credential, Option<Timestamp>)>> {
        Ok(None)
    }
}

impl LogReads for FakeReads {
    fn list_audit(&self, _: &ListQuery<AuditFilter, ByCreation>) -> ReadResult<Page<AuditEntry>> {
        empty()
    }

    fn list_activity(
        &self,
        _: &ListQuery<ActivityFilter, ByCreation>,
    ) -> ReadResult<Page<Activity>> {
        empty()
    }

    fn read_events(&self, _: &StretchQuery) -> ReadResult<Stretch> {
        Ok(Stretch { events: Vec::new(), oldest: 1, read_to: 0, last: 0 })
    }

    fn find_event(&self, _: AccountId, _: EventId) -> ReadResult<Option<StoredEvent>> {
        Ok(None)
    }

    fn last_event_seqs(&self, _: &[AccountId]) -> ReadResult<Vec<(AccountId, i64)>> {
        broken()
    }
}

impl TopupReads for FakeReads {
    fn find_topup(&self, _: AccountId, _: TopupId) -> ReadResult<Option<Topup>> {
        Ok(None)
    }

    fn list_topups(&self, _: &ListQuery<TopupFilter, TopupSort>) -> ReadResult<Page<Topup>> {
        broken()
    }

    fn find_topup_by_address(&self, _: &str) -> ReadResult<Option<Topup>> {
        Ok(None)
    }

    fn due_topups(&self, _: Timestamp, _: i64) -> ReadResult<Vec<(TopupId, AccountId)>> {
        Ok(Vec::new())
    }
}

impl TransactionReads for FakeReads {
    fn find_authorization(
        &self,
        _: AccountId,
        _: AuthorizationId,
    ) -> ReadResult<Option<Authorization>> {
        Ok(None)
    }

    fn due_authorizations(
        &self,
        _: Timestamp,
        _: i64,
    ) -> ReadResult<Vec<(AuthorizationId, CardId, AccountId)>> {
        Ok(Vec::new())
    }

    fn find_transaction(&self, _: AccountId, _: TransactionId) -> ReadResult<Option<Transaction>> {
        Ok(None)
    }

    fn related_transactions(&self, _: AuthorizationId) -> ReadResult<Vec<TransactionId>> {
        Ok(Vec::new())
    }

    fn list_transactions(
        &self,
        _: &ListQuery<TransactionFilter, TransactionSort>,
    ) -> ReadResult<Page<Transaction>> {
        empty()
    }

    fn find_message_of(
        &self,
        _: AccountId,
        _: TransactionId,
    ) -> ReadResult<Option<NetworkMessage>> {
        Ok(None)
    }

    fn due_pending(&self, _: Timestamp, _: i64) -> ReadResult<Vec<PendingAuthorization>> {
        Ok(Vec::new())
    }

    fn decided_pending(
        &self,
        _: &[MessageId],
    ) -> ReadResult<Vec<(PendingAuthorization, Option<Transaction>)>> {
        Ok(Vec::new())
    }
}

impl WebhookReads for FakeReads {
    fn find_webhook(
        &self,
        _: AccountId,
        _: EndpointId,
    ) -> ReadResult<Option<(Endpoint, Option<Timestamp>)>> {
        Ok(None)
    }

    fn list_webhooks(
        &self,
        _: &ListQuery<WebhookFilter, ByCreation>,
    ) -> ReadResult<Page<(Endpoint, Option<Timestamp>)>> {
        empty()
    }

    fn list_deliveries(
        &self,
        _: &ListQuery<DeliveryFilter, ByCreation>,
    ) -> ReadResult<Page<LoggedDelivery>> {
        empty()
    }

    fn webhook_progress(&self, _: &Endpoint, _: i64, _: i64) -> ReadResult<ProgressStretch> {
        Ok(ProgressStretch { events: Vec::new(), last: 0 })
    }

    fn failing_webhooks(&self, _: Patience, _: Timestamp, _: i64) -> ReadResult<Vec<LaneOf>> {
        Ok(Vec::new())
    }

    fn recovering_webhooks(&self, _: i64) -> ReadResult<Vec<LaneOf>> {
        Ok(Vec::new())
    }

    fn visits(&self, _: Vec<Lane>, _: Timestamp) -> ReadResult<Vec<Visit>> {
        Ok(Vec::new())
    }
}

impl WithdrawalReads for FakeReads {
    fn find_withdrawal(&self, _: AccountId, _: WithdrawalId) -> ReadResult<Option<Withdrawal>> {
        Ok(None)
    }

    fn list_withdrawals(
        &self,
        _: &ListQuery<WithdrawalFilter, WithdrawalSort>,
    ) -> ReadResult<Page<Withdrawal>> {
        empty()
    }

    fn due_withdrawals(&self, _: Timestamp, _: i64) -> ReadResult<Vec<Withdrawal>> {
        Ok(Vec::new())
    }

    fn broadcasted_withdrawals(
        &self,
        _: Option<WithdrawalId>,
        _: i64,
    ) -> ReadResult<Vec<Withdrawal>> {
        Ok(Vec::new())
    }
}

impl Reads for FakeReads {
    fn ping(&self) -> ReadResult<()> {
        Ok(())
    }
}
