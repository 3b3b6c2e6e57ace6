use cardium_accounts::{Account, Email};
use cardium_app::{
    event::CardView,
    reads::{
        Balance, ByCreation, CardFilter, CardSort, Dispatch, DisputeFilter, DisputeSort,
        HistoryEntry, HistoryFilter, HistorySort, ListQuery, NoFilter, ReadResult, Reads,
        TopupFilter, TopupSort, TransactionFilter, TransactionSort,
    },
};
use cardium_auth::{Credential, TokenHash};
use cardium_authorizations::{Authorization, NetworkMessage, PendingAuthorization, Transaction};
use cardium_cards::{StoredPan, Velocity};
use cardium_disputes::Dispute;
use cardium_kernel::{
    AccountId, AuthorizationId, BlobId, CardId, DisputeId, MessageId, Page, Timestamp, TopupId,
    TransactionId,
};
use cardium_topups::{Network, Topup, Transfer};
use cardium_webhooks::{Delivery, Endpoint};

use super::{
    PooledReads, accounts, balances, cards, chain, disputes, failed, first, pending, select,
    topups, transactions, webhooks,
};
use crate::db::Sql;

impl Reads for PooledReads {
    fn find_credential(&self, token: &TokenHash) -> ReadResult<Option<(Credential, Timestamp)>> {
        self.with(|connection| accounts::find_credential(connection, token))
    }

    fn find_account(&self, id: AccountId) -> ReadResult<Option<Account>> {
        let sql = Sql::new(select::<Account>("id = ?")).id(id.value());
        self.with(|connection| first(connection, &sql))
    }

    fn find_account_by_email(&self, email: &Email) -> ReadResult<Option<Account>> {
        let sql = Sql::new(select::<Account>("email = ?")).text(email.as_str());
        self.with(|connection| first(connection, &sql))
    }

    fn list_api_keys(
        &self,
        query: &ListQuery<NoFilter, ByCreation>,
    ) -> ReadResult<Page<(Credential, Option<Timestamp>)>> {
        self.snapshot(|connection| accounts::list_api_keys(connection, query))
    }

    fn balances(&self, account: AccountId) -> ReadResult<[Balance; 2]> {
        self.with(|connection| balances::balances(connection, account))
    }

    fn list_history(
        &self,
        query: &ListQuery<HistoryFilter, HistorySort>,
    ) -> ReadResult<Page<HistoryEntry>> {
        self.snapshot(|connection| balances::list_history(connection, query))
    }

    fn find_topup(&self, account: AccountId, id: TopupId) -> ReadResult<Option<Topup>> {
        self.with(|connection| topups::find_topup(connection, account, id))
    }

    fn list_topups(&self, query: &ListQuery<TopupFilter, TopupSort>) -> ReadResult<Page<Topup>> {
        self.snapshot(|connection| topups::list_topups(connection, query))
    }

    fn find_topup_by_address(&self, address: &str) -> ReadResult<Option<Topup>> {
        self.with(|connection| topups::find_by_address(connection, address))
    }

    fn due_authorizations(
        &self,
        now: Timestamp,
        limit: i64,
    ) -> ReadResult<Vec<(AuthorizationId, CardId, AccountId)>> {
        self.with(|connection| transactions::due_authorizations(connection, now, limit))
    }

    fn due_topups(&self, now: Timestamp, limit: i64) -> ReadResult<Vec<(TopupId, AccountId)>> {
        self.with(|connection| topups::due_topups(connection, now, limit))
    }

    fn find_card(&self, account: AccountId, id: CardId) -> ReadResult<Option<CardView>> {
        self.snapshot(|connection| cards::find_card(connection, account, id))
    }

    fn find_cards(&self, account: AccountId, ids: &[CardId]) -> ReadResult<Vec<CardView>> {
        self.snapshot(|connection| cards::find_cards(connection, account, ids))
    }

    fn list_cards(&self, query: &ListQuery<CardFilter, CardSort>) -> ReadResult<Page<CardView>> {
        self.snapshot(|connection| cards::list_cards(connection, query))
    }

    fn find_velocity(&self, account: AccountId, id: CardId) -> ReadResult<Option<Velocity>> {
        self.with(|connection| cards::find_velocity(connection, account, id))
    }

    fn find_pan(&self, account: AccountId, id: CardId) -> ReadResult<Option<StoredPan>> {
        self.with(|connection| cards::find_pan(connection, account, id))
    }

    fn find_authorization(
        &self,
        account: AccountId,
        id: AuthorizationId,
    ) -> ReadResult<Option<Authorization>> {
        self.with(|connection| transactions::find_authorization(connection, account, id))
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

    fn list_webhooks(&self, query: &ListQuery<NoFilter, ByCreation>) -> ReadResult<Page<Endpoint>> {
        self.snapshot(|connection| webhooks::list_webhooks(connection, query))
    }

    fn dispatches(&self, deliveries: &[Delivery]) -> ReadResult<Vec<Dispatch>> {
        self.snapshot(|connection| webhooks::dispatches(connection, deliveries))
    }

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

    fn ping(&self) -> ReadResult<()> {
        self.with(|connection| {
            let sql = Sql::new("SELECT CAST(1 AS BIGINT)");
            connection.integer(&sql).map_err(failed).map(|_| ())
        })
    }
}
