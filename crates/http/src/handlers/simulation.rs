//! The test helpers: they make happen what the world would, and then run the very code that
//! the real rails run.

use std::sync::Arc;

use cardium_api_v1::{
    card::CardOut,
    field::invalid,
    simulation::{
        CaptureIn, ClockIn, ClockOut, DepositIn, DepositWish, Depth, FulfilmentIn, IncrementIn,
        PartIn, PostingIn, PurchaseIn,
    },
    transaction::TransactionOut,
};
use cardium_app::{
    CommandError,
    cards::FulfilCard,
    chain::ChainGateway,
    topups::{MineBlocks, SimulateTransfer, Watcher},
};
use cardium_kernel::{AccountId, AuthorizationId, CardId, Problem, TopupId};
use cardium_topups::{Topup, Transfer, TransferRef};

use super::cards::find_card;
use crate::{
    NetworkRail,
    block::block,
    call::{Call, Outcome},
};

async fn find_topup(call: &Call, account: AccountId, id: TopupId) -> Result<Topup, CommandError> {
    let found = call.read(move |reads| reads.find_topup(account, id)).await?;
    let found = found.filter(|topup| call.reaches(topup.book));
    Ok(found.ok_or_else(|| Problem::not_found("top-up"))?)
}

pub async fn simulate_deposit(call: Call) -> Outcome {
    let (account, id) = (call.account()?, call.path_id(TopupId::parse, "top-up")?);
    let wish = call.input::<DepositIn>()?.parse()?;
    let topup = find_topup(&call, account, id).await?;
    let gateway = call.state.find_gateway(topup.network);
    let gateway = gateway.ok_or_else(|| Problem::not_found("chain"))?;
    send(&call, &gateway, &topup, wish).await?;
    let wiring = &call.state.wiring;
    let watcher = Watcher {
        database: &*wiring.database,
        reads: &*wiring.reads,
        edge: &wiring.edge,
        gateway: &*gateway,
    };
    watcher.scan().await?;
    let topup = find_topup(&call, account, id).await?;
    Ok(call.answer(&wiring.renderer.topup_with_qr(&topup)))
}

/// Puts a transfer into the simulated chain, as deep as was wished.
async fn send(
    call: &Call,
    gateway: &Arc<dyn ChainGateway>,
    topup: &Topup,
    wish: DepositWish,
) -> Result<(), CommandError> {
    let blocks = match wish.depth {
        Depth::Blocks(blocks) => blocks,
        Depth::Final => gateway.confirmations_required().max(1),
    };
    let transfer = transfer(call, topup, wish)?;
    let sent = call.perform(SimulateTransfer { transfer, blocks }).await?;
    if wish.depth == Depth::Final {
        bury(call, gateway, &sent).await?;
    }
    Ok(())
}

fn transfer(call: &Call, topup: &Topup, wish: DepositWish) -> Result<Transfer, CommandError> {
    let amount = match wish.amount {
        Some(amount) => amount,
        None => topup.remaining()?,
    };
    if !amount.is_positive() {
        return Err(invalid("amount_usd", "is needed: nothing remains to be paid").into());
    }
    let random: [u8; 32] = call.state.wiring.edge.random();
    Ok(Transfer {
        reference: TransferRef {
            network: topup.network,
            txid: random.iter().map(|byte| format!("{byte:02x}")).collect(),
            out_index: 0,
        },
        address: topup.address.clone(),
        asset: wish.asset,
        units: topup.network.units_of(wish.asset, amount),
        height: 0,
        reverted: wish.reverted,
    })
}

/// Mines on until the transfer is final, whatever the chain asks for.
async fn bury(
    call: &Call,
    gateway: &Arc<dyn ChainGateway>,
    transfer: &Transfer,
) -> Result<(), CommandError> {
    let chain = Arc::clone(gateway);
    let head = block(move || chain.head()).await??;
    let missing = transfer.height.saturating_sub(head.finalized);
    if let Ok(blocks @ 1..) = u32::try_from(missing) {
        let network = gateway.network();
        call.perform(MineBlocks { network, blocks }).await?;
    }
    Ok(())
}

fn rail(call: &Call) -> Result<Arc<dyn NetworkRail>, Problem> {
    let rail = call.state.wiring.rail.clone();
    rail.ok_or_else(|| Problem::not_found("route"))
}

pub async fn simulate_authorization(call: Call) -> Outcome {
    let purchase = call.input::<PurchaseIn>()?.parse()?;
    let card = find_card(&call).await?.card;
    let made = rail(&call)?.authorize(card.id, card.account, purchase).await?;
    Ok(call.answer(&TransactionOut::from(&made)))
}

/// The caller and the authorization of the path, if it is the caller's.
async fn find_authorization(call: &Call) -> Result<(AccountId, AuthorizationId), CommandError> {
    let account = call.account()?;
    let id = call.path_id(AuthorizationId::parse, "authorization")?;
    let found = call.read(move |reads| reads.find_authorization(account, id)).await?;
    let found = found.filter(|found| call.reaches(found.book) && call.reaches_card(found.card));
    found.ok_or_else(|| Problem::not_found("authorization"))?;
    Ok((account, id))
}

pub async fn simulate_capture(call: Call) -> Outcome {
    let (amount, finality) = call.input::<CaptureIn>()?.parse()?;
    let (account, id) = find_authorization(&call).await?;
    let made = rail(&call)?.capture(account, id, amount, finality).await?;
    Ok(call.answer(&TransactionOut::from(&made)))
}

pub async fn simulate_increment(call: Call) -> Outcome {
    let amount = call.input::<IncrementIn>()?.parse()?;
    let (account, id) = find_authorization(&call).await?;
    let made = rail(&call)?.increment(account, id, amount).await?;
    Ok(call.answer(&TransactionOut::from(&made)))
}

pub async fn simulate_reversal(call: Call) -> Outcome {
    let amount = call.input::<PartIn>()?.parse()?;
    let (account, id) = find_authorization(&call).await?;
    let made = rail(&call)?.reverse(account, id, amount).await?;
    Ok(call.answer(&TransactionOut::from(&made)))
}

pub async fn simulate_expiry(call: Call) -> Outcome {
    let (account, id) = find_authorization(&call).await?;
    let made = rail(&call)?.expire(account, id).await?;
    Ok(call.answer(&TransactionOut::from(&made)))
}

pub async fn simulate_refund(call: Call) -> Outcome {
    let posting = call.input::<PostingIn>()?.parse()?;
    let card = find_card(&call).await?.card;
    let made = rail(&call)?.refund(card.id, card.account, posting).await?;
    Ok(call.answer(&TransactionOut::from(&made)))
}

pub async fn simulate_force_post(call: Call) -> Outcome {
    let posting = call.input::<PostingIn>()?.parse()?;
    let card = find_card(&call).await?.card;
    let made = rail(&call)?.force_post(card.id, card.account, posting).await?;
    Ok(call.answer(&TransactionOut::from(&made)))
}

pub async fn simulate_fulfilment(call: Call) -> Outcome {
    let to = call.input::<FulfilmentIn>()?.parse()?;
    let card = call.path_id(CardId::parse, "card")?;
    let moved = call.perform(FulfilCard { card, to }).await?;
    Ok(call.answer(&CardOut::from(&moved)))
}

pub async fn advance_clock(call: Call) -> Outcome {
    let step = call.input::<ClockIn>()?.parse()?;
    let clock = call.state.wiring.test_clock.clone();
    let clock = clock.ok_or_else(|| Problem::not_found("route"))?;
    Ok(call.answer(&ClockOut::from(clock.advance(step))))
}
