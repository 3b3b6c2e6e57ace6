use cardium_api_v1::balance::{self, BalanceOut, HistoryEntryOut};

use crate::call::{Call, Outcome};

pub async fn get_balance(call: Call) -> Outcome {
    let (account, now) = (call.account()?, call.now());
    let mode = call.book(call.query()?.mode()?)?;
    let balances = call.read(move |reads| reads.balances(account)).await?;
    Ok(call.answer(&BalanceOut::new(&balances, mode, now)))
}

pub async fn get_balance_history(call: Call) -> Outcome {
    let query = call.query()?;
    let mut filter = balance::history_filter(&query)?;
    filter.book = call.book(filter.book)?;
    let query = balance::history_query(&query, call.account()?, filter)?;
    let page = call.read(move |reads| reads.list_history(&query)).await?;
    Ok(call.page(&page, |entry| entry.id.to_string(), HistoryEntryOut::from))
}
