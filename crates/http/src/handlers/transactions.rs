use std::collections::{BTreeMap, BTreeSet};

use cardium_api_v1::{
    auth_details::{AuthDetailsOut, no_message},
    authorization::AuthorizationOut,
    decision::DecisionOut,
    query::Query,
    transaction::{self, Beside, TransactionOut},
};
use cardium_app::{CommandError, event::CardView, reads::TransactionFilter};
use cardium_auth::Scope;
use cardium_authorizations::Transaction;
use cardium_kernel::{CardId, Problem, TransactionId};

use super::cards::find_card;
use crate::call::{Call, Outcome};

async fn find_transaction(call: &Call) -> Result<Transaction, CommandError> {
    let account = call.account()?;
    let id = call.path_id(TransactionId::parse, "transaction")?;
    let found = call.read(move |reads| reads.find_transaction(account, id)).await?;
    let found = found.filter(|step| call.reaches(step.book) && call.reaches_card(step.card));
    Ok(found.ok_or_else(|| Problem::not_found("transaction"))?)
}

async fn list(call: &Call, query: &Query, filter: TransactionFilter) -> Outcome {
    let beside = transaction::expand_list(query)?;
    let query = query.list(call.account()?, filter, &transaction::ORDER)?;
    let page = call.read(move |reads| reads.list_transactions(&query)).await?;
    let cards = if beside.contains(&Beside::Card) {
        find_cards(call, page.items.iter().map(|step| step.card).collect()).await?
    } else {
        BTreeMap::new()
    };
    let show = |step: &Transaction| TransactionOut::from(step).beside_card(cards.get(&step.card));
    Ok(call.page(&page, |step| step.id.to_string(), show))
}

/// Cards to be shown beside what they spent, for who may see cards: all of a page at once.
async fn find_cards(
    call: &Call,
    ids: BTreeSet<CardId>,
) -> Result<BTreeMap<CardId, CardView>, CommandError> {
    call.credential()?.check_scope(Scope::CardRead)?;
    let (account, ids) = (call.account()?, ids.into_iter().collect::<Vec<_>>());
    let found = call.read(move |reads| reads.find_cards(account, &ids)).await?;
    Ok(found.into_iter().map(|view| (view.card.id, view)).collect())
}

pub async fn list_transactions(call: Call) -> Outcome {
    let query = call.query()?;
    let mut filter = transaction::filter(&query)?;
    filter.book = call.book(filter.book)?;
    filter.cards = call.cards();
    list(&call, &query, filter).await
}

pub async fn list_card_transactions(call: Call) -> Outcome {
    let query = call.query()?;
    let mut filter = transaction::filter(&query)?;
    filter.card = Some(find_card(&call).await?.card.id);
    list(&call, &query, filter).await
}

pub async fn get_transaction(call: Call) -> Outcome {
    let beside = transaction::expand_one(&call.query()?)?;
    let found = find_transaction(&call).await?;
    let steps = match found.authorization {
        Some(id) => call.read(move |reads| reads.related_transactions(id)).await?,
        None => Vec::new(),
    };
    let mut shown = TransactionOut::with_related(&found, &steps);
    if beside.contains(&Beside::Card) {
        let cards = find_cards(&call, [found.card].into()).await?;
        shown = shown.beside_card(cards.get(&found.card));
    }
    if beside.contains(&Beside::Authorization)
        && let Some(id) = found.authorization
    {
        let account = found.account;
        let whole = call.read(move |reads| reads.find_authorization(account, id)).await?;
        let whole = whole.map(|whole| AuthorizationOut::new(&whole, &steps));
        shown = shown.beside_authorization(whole);
    }
    Ok(call.answer(&shown))
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
