//! What each operation does with an admitted call: map the input, run the use case or query,
//! map the output.

mod accounts;
mod activity;
mod api_keys;
mod authorizations;
mod balance;
mod cards;
mod controls;
mod disputes;
mod events;
mod evidence_forms;
mod funding;
mod grants;
mod issue;
mod limits;
mod panic;
mod reveal;
mod simulation;
mod system;
mod tickets;
mod topups;
mod totp;
mod transactions;
mod webhook_gaps;
mod webhooks;
mod withdrawals;

use crate::invoke::Handler;

macro_rules! handlers {
    ($($id:literal => $handler:path,)+) => {
        /// Each operation's handler, by its name.
        const HANDLERS: &[(&str, Handler)] = &[
            $(($id, |call| Box::pin(async move { Ok($handler(call).await?.into()) })),)+
        ];
    };
}

handlers! {
    "create_account" => accounts::create_account,
    "sign_in" => accounts::sign_in,
    "sign_out" => accounts::sign_out,
    "get_account" => accounts::get_account,
    "update_account" => accounts::update_account,
    "enable_2fa" => totp::enable_2fa,
    "disable_2fa" => totp::disable_2fa,
    "disable_2fa_by_post" => totp::disable_2fa_by_post,
    "list_api_keys" => api_keys::list_api_keys,
    "create_api_key" => api_keys::create_api_key,
    "update_api_key" => api_keys::update_api_key,
    "roll_api_key" => api_keys::roll_api_key,
    "revoke_api_key" => api_keys::revoke_api_key,
    "list_grants" => grants::list_grants,
    "get_grant" => grants::get_grant,
    "update_grant" => grants::update_grant,
    "revoke_grant" => grants::revoke_grant,
    "list_approvals" => grants::list_approvals,
    "get_approval" => grants::get_approval,
    "decide_approval" => grants::decide_approval,
    "panic" => panic::panic,
    "lift_panic" => panic::lift_panic,
    "get_balance" => balance::get_balance,
    "get_balance_history" => balance::get_balance_history,
    "create_topup" => topups::create_topup,
    "list_topups" => topups::list_topups,
    "get_topup" => topups::get_topup,
    "cancel_topup" => topups::cancel_topup,
    "list_cards" => cards::list_cards,
    "issue_card" => issue::issue_card,
    "get_card" => cards::get_card,
    "reveal_pan" => reveal::reveal_pan,
    "reveal_pan_by_post" => reveal::reveal_pan,
    "replace_card" => issue::replace_card,
    "update_card" => cards::update_card,
    "load_card" => funding::load_card,
    "unload_card" => funding::unload_card,
    "set_card_limits" => controls::set_card_limits,
    "set_mcc_rules" => controls::set_mcc_rules,
    "set_card_geo" => controls::set_card_geo,
    "set_card_controls" => controls::set_card_controls,
    "provision_wallet" => cards::provision_wallet,
    "freeze_card" => cards::freeze_card,
    "unfreeze_card" => cards::unfreeze_card,
    "cancel_card" => cards::cancel_card,
    "list_transactions" => transactions::list_transactions,
    "get_transaction" => transactions::get_transaction,
    "list_card_transactions" => transactions::list_card_transactions,
    "get_auth_details" => transactions::get_auth_details,
    "get_decision" => transactions::get_decision,
    "get_authorization" => authorizations::get_authorization,
    "check_authorization" => authorizations::check_authorization,
    "get_activity" => activity::get_activity,
    "get_audit_log" => activity::get_audit_log,
    "withdraw" => withdrawals::withdraw,
    "list_withdrawals" => withdrawals::list_withdrawals,
    "get_withdrawal" => withdrawals::get_withdrawal,
    "file_dispute" => disputes::file_dispute,
    "list_disputes" => disputes::list_disputes,
    "get_dispute" => disputes::get_dispute,
    "add_dispute_evidence" => disputes::add_dispute_evidence,
    "get_dispute_evidence_file" => disputes::get_evidence_file,
    "list_webhooks" => webhooks::list_webhooks,
    "create_webhook" => webhooks::create_webhook,
    "update_webhook" => webhooks::update_webhook,
    "delete_webhook" => webhooks::delete_webhook,
    "list_events" => events::list_events,
    "get_event" => events::get_event,
    "get_limits" => limits::get_limits,
    "replay_webhook" => webhooks::replay_webhook,
    "get_webhook" => webhooks::get_webhook,
    "ping_webhook" => webhook_gaps::ping_webhook,
    "list_webhook_deliveries" => webhook_gaps::list_webhook_deliveries,
    "list_webhook_gaps" => webhook_gaps::list_webhook_gaps,
    "recover_webhook" => webhook_gaps::recover_webhook,
    "open_ticket" => tickets::open_ticket,
    "list_tickets" => tickets::list_tickets,
    "get_ticket" => tickets::get_ticket,
    "close_ticket" => tickets::close_ticket,
    "rotate_webhook_secret" => webhooks::rotate_webhook_secret,
    "confirm_webhook_secret" => webhooks::confirm_webhook_secret,
    "get_system_health" => system::get_system_health,
    "simulate_deposit" => simulation::simulate_deposit,
    "simulate_authorization" => simulation::simulate_authorization,
    "simulate_capture" => simulation::simulate_capture,
    "simulate_reversal" => simulation::simulate_reversal,
    "simulate_increment" => simulation::simulate_increment,
    "simulate_expiry" => simulation::simulate_expiry,
    "simulate_refund" => simulation::simulate_refund,
    "simulate_force_post" => simulation::simulate_force_post,
    "simulate_fulfilment" => simulation::simulate_fulfilment,
    "advance_dispute" => disputes::advance_dispute,
    "settle_withdrawal" => withdrawals::settle_withdrawal,
    "advance_clock" => simulation::advance_clock,
}

/// The handler of the operation with this name.
pub fn find_handler(id: &str) -> Option<Handler> {
    let found = HANDLERS.iter().find(|(known, _)| *known == id);
    found.map(|(_, handler)| *handler)
}

#[cfg(test)]
mod tests {
    use cardium_api_v1::operation::{operations, test_operations};

    use super::*;

    #[test]
    fn every_operation_has_its_handler_and_every_handler_its_operation() {
        let operations = operations().chain(test_operations());
        let mut declared: Vec<_> = operations.map(|operation| operation.id).collect();
        let mut handled: Vec<_> = HANDLERS.iter().map(|(id, _)| *id).collect();
        declared.sort_unstable();
        handled.sort_unstable();
        assert_eq!(declared, handled);
    }
}
