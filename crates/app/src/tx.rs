//! The open transaction, as use cases see it: all ports at once.

use cardium_accounts::{AccountStore, TicketStore};
use cardium_auth::{CredentialStore, grants::GrantStore, oauth::OAuthStore};
use cardium_authorizations::AuthorizationStore;
use cardium_cards::CardStore;
use cardium_disputes::DisputeStore;
use cardium_ledger::LedgerStore;
use cardium_topups::TopupStore;
use cardium_webhooks::{DeliveryStore, LaneStore, WebhookStore};
use cardium_withdrawals::WithdrawalStore;

use crate::{
    access_tokens::OauthKeyStore,
    announcements::AnnouncementStore,
    api_keys::ApiKeyStore,
    audit::AuditLog,
    chain::{ChainCursorStore, SimulatedChainStore},
    event::Outbox,
    grants::LapseStore,
    idempotency::IdempotencyStore,
    quotas::QuotaStore,
    tickets::HolderStore,
    upkeep::{RetentionStore, UpkeepStore},
};

/// The ports of hot aggregates: served from the batch's prefetched rows.
pub trait HotTx:
    LedgerStore
    + AccountStore
    + CredentialStore
    + GrantStore
    + CardStore
    + AuthorizationStore
    + TopupStore
    + DisputeStore
    + WithdrawalStore
    + IdempotencyStore
    + Outbox
    + AuditLog
{
}

/// All ports. Those beyond [`HotTx`] run statements of their own, so a command that uses them
/// announces it with [`crate::Hints::cold`].
pub trait Tx:
    HotTx
    + ApiKeyStore
    + WebhookStore
    + DeliveryStore
    + LaneStore
    + UpkeepStore
    + RetentionStore
    + ChainCursorStore
    + SimulatedChainStore
    + QuotaStore
    + TicketStore
    + HolderStore
    + AnnouncementStore
    + OAuthStore
    + OauthKeyStore
    + LapseStore
{
}
