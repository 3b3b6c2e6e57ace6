use cardium_accounts::{Account, Email, Ticket};
use cardium_app::{
    announcements::Due,
    chain::SimulatedPayment,
    event::CardView,
    reads::{
        AccountReads, Activity, ActivityFilter, AuditEntry, AuditFilter, Balance, BalanceReads,
        ByCreation, CardFilter, CardReads, CardSort, ChainReads, DeliveryFilter, DisputeFilter,
        DisputeReads, DisputeSort, HistoryEntry, HistoryFilter, HistorySort, KeyFilter, KeyReads,
        KeySort, LaneOf, ListQuery, LogReads, LoggedDelivery, ProgressStretch, ReadResult, Reads,
        StoredEvent, Stretch, StretchQuery, TicketFilter, TicketSort, TopupFilter, TopupReads,
        TopupSort, TransactionFilter, TransactionReads, TransactionSort, Visit, WebhookFilter,
        WebhookReads, WithdrawalFilter, WithdrawalReads, WithdrawalSort,
    },
};
use cardium_auth::{Credential, TokenHash};
use cardium_authorizations::{Authorization, NetworkMessage, PendingAuthorization, Transaction};
use cardium_cards::{StoredPan, Velocity};
use cardium_disputes::Dispute;
use cardium_kernel::{
    AccountId, AuthorizationId, BlobId, CardId, CredentialId, DisputeId, EndpointId, EventId,
    MessageId, Page, TicketId, Timestamp, TopupId, TransactionId, WithdrawalId,
};
use cardium_topups::{Network, Topup, Transfer};
use cardium_webhooks::{Endpoint, Lane, Patience};
use cardium_withdrawals::Withdrawal;

use super::{
    PooledReads, accounts, announcements, balances, cards, chain, disputes, events, failed, first,
    log, pending, select, tickets, topups, transactions, visits, webhooks, withdrawals,
};
use crate::db::Sql;

impl AccountReads for PooledReads {
    fn find_account(&self, id: AccountId) -> ReadResult<Option<Account>> {
        let sql = Sql::new(select::<Account>("id = ?")).id(id.value());
        self.with(|connection| first(connection, &sql))
    }

    fn find_account_by_email(&self, email: &Email) -> ReadResult<Option<Account>> {
        let sql = Sql::new(select::<Account>("email = ?")).text(email.as_str());
        self.with(|connection| first(connection, &sql))
    }

    fn half_stopped(&self, limit: i64) -> ReadResult<Vec<AccountId>> {
        self.with(|connection| accounts::half_stopped(connection, limit))
    }

    fn find_ticket(&self, account: AccountId, id: TicketId) -> ReadResult<Option<Ticket>> {
        self.with(|connection| tickets::find_ticket(connection, account, id))
    }

    fn list_tickets(
        &self,
        query: &ListQuery<TicketFilter, TicketSort>,
    ) -> ReadResult<Page<Ticket>> {
        self.snapshot(|connection| tickets::list_tickets(connection, query))
    }

    fn due_announcement(&self) -> ReadResult<Option<Due>> {
        self.snapshot(announcements::due)
    }
}

impl BalanceReads for PooledReads {
    fn balances(&self, account: AccountId) -> ReadResult<[Balance; 2]> {
        self.with(|connection| balances::balances(connection, account))
    }

    fn list_history(
        &self,
        query: &ListQuery<HistoryFilter, HistorySort>,
    ) -> ReadResult<Page<HistoryEntry>> {
        self.snapshot(|connection| balances::list_history(connection, query))
    }
}

impl CardReads for PooledReads {
    fn find_card(&self, account: AccountId, id: CardId) -> ReadResult<Option<CardView>> {
        self.snapshot(|connection| cards::find_card(connection, account, id))
    }

    fn find_cards(&self, account: AccountId, ids: &[CardId]) -> ReadResult<Vec<CardView>> {
        self.snapshot(|connection| cards::find_cards(connection, account, ids))
    }

    fn find_velocity(&self, account: AccountId, id: CardId) -> ReadResult<Option<Velocity>> {
        self.with(|connection| cards::find_velocity(connection, account, id))
    }

    fn list_cards(&self, query: &ListQuery<CardFilter, CardSort>) -> ReadResult<Page<CardView>> {
        self.snapshot(|connection| cards::list_cards(connection, query))
    }

    fn find_pan(&self, account: AccountId, id: CardId) -> ReadResult<Option<StoredPan>> {
        self.with(|connection| cards::find_pan(connection, account, id))
    }
}

impl ChainReads for PooledReads {
    fn chain_cursor(&self, network: Network) -> ReadResult<u64> {
        self.with(|connection| chain::height(connection, "chain_cursors", network))
    }

    fn simulated_head(&self, network: Network) -> ReadResult<u64> {
        self.with(|connection| chain::height(connection, "simulated_chains", network))
    }

    fn simulated_transfers(
        &self,
        network: Network,
        range: (u64, u64),
    ) -> ReadResult<Vec<Transfer>> {
        self.with(|connection| chain::transfers(connection, network, range))
    }

    fn simulated_payment(&self, id: WithdrawalId) -> ReadResult<Option<SimulatedPayment>> {
        self.with(|connection| chain::payment(connection, id))
    }
}

impl DisputeReads for PooledReads {
    fn find_capture(&self, id: AuthorizationId) -> ReadResult<Option<Transaction>> {
        self.with(|connection| disputes::find_capture(connection, id))
    }

    fn find_dispute(&self, account: AccountId, id: DisputeId) -> ReadResult<Option<Dispute>> {
        self.snapshot(|connection| disputes::find_dispute(connection, account, id))
    }

    fn list_disputes(
        &self,
        query: &ListQuery<DisputeFilter, DisputeSort>,
    ) -> ReadResult<Page<Dispute>> {
        self.snapshot(|connection| disputes::list_disputes(connection, query))
    }

    fn attached_blobs(&self, ids: &[BlobId]) -> ReadResult<Vec<BlobId>> {
        self.with(|connection| disputes::attached_blobs(connection, ids))
    }
}

impl KeyReads for PooledReads {
    fn find_credential(&self, token: &TokenHash) -> ReadResult<Option<(Credential, Timestamp)>> {
        self.with(|connection| accounts::find_credential(connection, token))
    }

    fn list_api_keys(
        &self,
        query: &ListQuery<KeyFilter, KeySort>,
    ) -> ReadResult<Page<(Credential, Option<Timestamp>)>> {
        self.snapshot(|connection| accounts::list_api_keys(connection, query))
    }

    fn find_api_key(
        &self,
        account: AccountId,
        id: CredentialId,
    ) -> ReadResult<Option<(Credential, Option<Timestamp>)>> {
        self.with(|connection| accounts::find_api_key(connection, account, id))
    }
}

impl LogReads for PooledReads {
    fn list_audit(
        &self,
        query: &ListQuery<AuditFilter, ByCreation>,
    ) -> ReadResult<Page<AuditEntry>> {
        self.snapshot(|connection| log::list_audit(connection, query))
    }

    fn list_activity(
        &self,
        query: &ListQuery<ActivityFilter, ByCreation>,
    ) -> ReadResult<Page<Activity>> {
        self.snapshot(|connection| log::list_activity(connection, query))
    }

    fn read_events(&self, query: &StretchQuery) -> ReadResult<Stretch> {
        self.snapshot(|connection| events::read_events(connection, query))
    }

    fn find_event(&self, account: AccountId, id: EventId) -> ReadResult<Option<StoredEvent>> {
        self.with(|connection| events::find_event(connection, account, id))
    }

    fn last_event_seqs(&self, accounts: &[AccountId]) -> ReadResult<Vec<(AccountId, i64)>> {
        self.with(|connection| events::last_event_seqs(connection, accounts))
    }
}

impl TopupReads for PooledReads {
    fn find_topup(&self, account: AccountId, id: TopupId) -> ReadResult<Option<Topup>> {
        self.with(|connection| topups::find_topup(connection, account, id))
    }

    fn list_topups(&self, query: &ListQuery<TopupFilter, TopupSort>) -> ReadResult<Page<Topup>> {
        self.snapshot(|connection| topups::list_topups(connection, query))
    }

    fn find_topup_by_address(&self, address: &str) -> ReadResult<Option<Topup>> {
        self.with(|connection| topups::find_by_address(connection, address))
    }

    fn due_topups(&self, now: Timestamp, limit: i64) -> ReadResult<Vec<(TopupId, AccountId)>> {
        self.with(|connection| topups::due_topups(connection, now, limit))
    }
}

impl TransactionReads for PooledReads {
    fn find_authorization(
        &self,
        account: AccountId,
        id: AuthorizationId,
    ) -> ReadResult<Option<Authorization>> {
        self.with(|connection| transactions::find_authorization(connection, account, id))
    }

    fn due_authorizations(
        &self,
        now: Timestamp,
        limit: i64,
    ) -> ReadResult<Vec<(AuthorizationId, CardId, AccountId)>> {
        self.with(|connection| transactions::due_authorizations(connection, now, limit))
    }

    fn find_transaction(
        &self,
        account: AccountId,
        id: TransactionId,
    ) -> ReadResult<Option<Transaction>> {
        self.with(|connection| transactions::find_transaction(connection, account, id))
    }

    fn related_transactions(&self, id: AuthorizationId) -> ReadResult<Vec<TransactionId>> {
        self.with(|connection| transactions::related(connection, id))
    }

    fn list_transactions(
        &self,
        query: &ListQuery<TransactionFilter, TransactionSort>,
    ) -> ReadResult<Page<Transaction>> {
        self.snapshot(|connection| transactions::list_transactions(connection, query))
    }

    fn find_message_of(
        &self,
        account: AccountId,
        id: TransactionId,
    ) -> ReadResult<Option<NetworkMessage>> {
        self.with(|connection| transactions::find_message_of(connection, account, id))
    }

    fn due_pending(&self, before: Timestamp, limit: i64) -> ReadResult<Vec<PendingAuthorization>> {
        self.with(|connection| pending::due(connection, before, limit))
    }

    fn decided_pending(
        &self,
        ids: &[MessageId],
    ) -> ReadResult<Vec<(PendingAuthorization, Option<Transaction>)>> {
        self.snapshot(|connection| pending::decided(connection, ids))
    }
}

impl WebhookReads for PooledReads {
    fn find_webhook(
        &self,
        account: AccountId,
        id: EndpointId,
    ) -> ReadResult<Option<(Endpoint, Option<Timestamp>)>> {
        self.with(|connection| webhooks::find_webhook(connection, account, id))
    }

    fn list_webhooks(
        &self,
        query: &ListQuery<WebhookFilter, ByCreation>,
    ) -> ReadResult<Page<(Endpoint, Option<Timestamp>)>> {
        self.snapshot(|connection| webhooks::list_webhooks(connection, query))
    }

    fn list_deliveries(
        &self,
        query: &ListQuery<DeliveryFilter, ByCreation>,
    ) -> ReadResult<Page<LoggedDelivery>> {
        self.snapshot(|connection| webhooks::list_deliveries(connection, query))
    }

    fn webhook_progress(
        &self,
        endpoint: &Endpoint,
        after: i64,
        limit: i64,
    ) -> ReadResult<ProgressStretch> {
        self.snapshot(|connection| webhooks::webhook_progress(connection, endpoint, after, limit))
    }

    fn failing_webhooks(
        &self,
        patience: Patience,
        now: Timestamp,
        limit: i64,
    ) -> ReadResult<Vec<LaneOf>> {
        self.with(|connection| webhooks::failing_webhooks(connection, patience, now, limit))
    }

    fn recovering_webhooks(&self, limit: i64) -> ReadResult<Vec<LaneOf>> {
        self.with(|connection| webhooks::recovering_webhooks(connection, limit))
    }

    fn visits(&self, lanes: Vec<Lane>, now: Timestamp) -> ReadResult<Vec<Visit>> {
        self.snapshot(|connection| visits::visits(connection, lanes, now))
    }
}

impl WithdrawalReads for PooledReads {
    fn find_withdrawal(
        &self,
        account: AccountId,
        id: WithdrawalId,
    ) -> ReadResult<Option<Withdrawal>> {
        self.with(|connection| withdrawals::find_withdrawal(connection, account, id))
    }

    fn list_withdrawals(
        &self,
        query: &ListQuery<WithdrawalFilter, WithdrawalSort>,
    ) -> ReadResult<Page<Withdrawal>> {
        self.snapshot(|connection| withdrawals::list_withdrawals(connection, query))
    }

    fn due_withdrawals(&self, now: Timestamp, limit: i64) -> ReadResult<Vec<Withdrawal>> {
        self.with(|connection| withdrawals::due(connection, now, limit))
    }

    fn broadcasted_withdrawals(
        &self,
        after: Option<WithdrawalId>,
        limit: i64,
    ) -> ReadResult<Vec<Withdrawal>> {
        self.with(|connection| withdrawals::broadcasted(connection, after, limit))
    }
}

impl Reads for PooledReads {
    fn ping(&self) -> ReadResult<()> {
        self.with(|connection| {
            let sql = Sql::new("SELECT CAST(1 AS BIGINT)");
            connection.integer(&sql).map_err(failed).map(|_| ())
        })
    }
}
