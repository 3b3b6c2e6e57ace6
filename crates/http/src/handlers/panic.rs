use actix_web::rt;
use cardium_accounts::Account;
use cardium_api_v1::{
    account::AccountOut,
    panic::{LiftPanicIn, PanicOut, Stopped},
    to_json,
};
use cardium_app::{
    Actor, CommandError, Lane,
    accounts::{LockAccount, Running, StopRest, UnlockAccount},
    perform,
    reads::{ListQuery, WithdrawalFilter, WithdrawalSort},
};
use cardium_kernel::{AccountId, Book, PageLimit};
use cardium_withdrawals::WithdrawalStatus;

use super::api_keys::claim;
use crate::{
    call::{Call, Outcome},
    step_up,
};

/// Rounds of a stop, each of which takes a page of cards and grants; no account has more.
const ROUNDS: usize = 100;

pub async fn panic(call: Call) -> Outcome {
    // Whoever asked may be gone before the last round; what is stopped is stopped whole.
    let stopping = rt::spawn(stop(call));
    stopping.await.map_err(|error| CommandError::Internal(error.to_string()))?
}

async fn stop(call: Call) -> Outcome {
    // A key of the sandbox must not stop live money.
    call.book(Some(Book::Live))?;
    let id = call.account()?;
    let mut stopped = Stopped::default();
    let mut running = find_running(&call, id).await?;
    let mut account = call.perform(lock(id, &running)).await?;
    for _ in 0..ROUNDS {
        stopped.grants += running.grants.len();
        stopped.cards += running.cards.len();
        running = find_running(&call, id).await?;
        if running.is_empty() || account.locked_at.is_none() {
            break;
        }
        account = go_on(&call, lock(id, &running)).await?;
    }
    call.state.credentials.forget_account(id);
    stopped.withdrawals = count_waiting(&call, id).await?;
    Ok(call.answer(&PanicOut::new(&account, stopped)))
}

fn lock(account: AccountId, running: &Running) -> LockAccount {
    LockAccount { account, running: running.clone() }
}

/// Stops what the round before found too many of; what a process that died left running is a
/// worker's. It is the system's: the first round may have
/// ended the grant that asked.
async fn go_on(call: &Call, lock: LockAccount) -> Result<Account, CommandError> {
    let wiring = &call.state.wiring;
    let context = wiring.edge.context(Actor::System, Some(call.request.clone()));
    let queue = (Lane::Api, wiring.settings.command_patience);
    perform(&*wiring.database, queue, context, StopRest(lock)).await
}

async fn find_running(call: &Call, account: AccountId) -> Result<Running, CommandError> {
    call.read(move |reads| Running::find(reads, account)).await
}

/// Withdrawals that nobody pays meanwhile, as many as a page has.
async fn count_waiting(call: &Call, account: AccountId) -> Result<usize, CommandError> {
    let mut query = ListQuery::first(account, WithdrawalSort::CreatedAt);
    let status = Some(WithdrawalStatus::Created);
    query.filter = WithdrawalFilter { status, ..WithdrawalFilter::default() };
    query.limit = PageLimit::new(i64::from(PageLimit::MAX)).unwrap_or(PageLimit::DEFAULT);
    let page = call.read(move |reads| reads.list_withdrawals(&query)).await?;
    Ok(page.items.len())
}

pub async fn lift_panic(call: Call) -> Outcome {
    let mut input = call.input::<LiftPanicIn>()?;
    let step_up = step_up::step_up(&call, claim(input.take_proof())).await?;
    let id = call.account()?;
    let balances = call.read(move |reads| reads.balances(id)).await?;
    let render = move |account: &Account| to_json(&AccountOut::with_balance(account, &balances));
    call.once(UnlockAccount { step_up }, render).await
}
