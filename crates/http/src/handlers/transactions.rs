use cardium_api_v1::{
    auth_details::{AuthDetailsOut, no_message},
    decision::DecisionOut,
    query::Query,
    transaction::{self, TransactionOut},
};
use cardium_app::{CommandError, reads::TransactionFilter};
use cardium_authorizations::Transaction;
use cardium_kernel::{Problem, TransactionId};

use super::cards::find_card;
use crate::call::{Call, Outcome};

async fn find_transaction(call: &Call) -> Result<Transaction, CommandError> {
    let account = call.account()?;
    let id = call.path_id(TransactionId::parse, "transaction")?;
    let found = call.read(move |reads| reads.find_transaction(account, id)).await?;
    Ok(found.ok_or_else(|| Problem::not_found("transaction"))?)
}

async fn list(call: &Call, query: &Query, filter: TransactionFilter) -> Outcome {
    let query = query.list(call.account()?, filter, &transaction::ORDER)?;
    let page = call.read(move |reads| reads.list_transactions(&query)).await?;
    Ok(call.page(&page, |step| step.id.to_string(), TransactionOut::from))
}

pub async fn list_transactions(call: Call) -> Outcome {
    let query = call.query()?;
    let mut filter = transaction::filter(&query)?;
    filter.book = filter.book.or(call.key_mode());
    list(&call, &query, filter).await
}

pub async fn list_card_transactions(call: Call) -> Outcome {
    let query = call.query()?;
    let mut filter = transaction::filter(&query)?;
    filter.card = Some(find_card(&call).await?.card.id);
    list(&call, &query, filter).await
}

pub async fn get_transaction(call: Call) -> Outcome {
    let found = find_transaction(&call).await?;
    let steps = match found.authorization {
        Some(id) => call.read(move |reads| reads.related_transactions(id)).await?,
        None => Vec::new(),
    };
    Ok(call.answer(&TransactionOut::with_related(&found, &steps)))
}

pub async fn get_auth_details(call: Call) -> Outcome {
    let found = find_transaction(&call).await?;
    let (account, id) = (found.account, found.id);
    let message = call.read(move |reads| reads.find_message_of(account, id)).await?;
    let message = message.ok_or_else(no_message)?;
    Ok(call.answer(&AuthDetailsOut::new(&found, &message)))
}

pub async fn get_decision(call: Call) -> Outcome {
    let found = find_transaction(&call).await?;
    let (account, id) = (found.account, found.id);
    let message = call.read(move |reads| reads.find_message_of(account, id)).await?;
    Ok(call.answer(&DecisionOut::new(&found, message.as_ref())?))
}
