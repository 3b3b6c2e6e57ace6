use std::sync::Arc;

use cardium_api_v1::{
    to_json,
    withdrawal::{self, Settlement, SettlementIn, WithdrawalIn, WithdrawalOut},
};
use cardium_app::{
    Answer, CommandError,
    chain::ChainGateway,
    network::When,
    screening::{ScreeningError, Verdict},
    topups::MineBlocks,
    withdrawals::{Payer, RevertPayment, Withdraw, payment_of},
};
use cardium_kernel::{Network, Problem, WithdrawalId};
use cardium_withdrawals::{Address, Withdrawal, WithdrawalError, WithdrawalStatus};

use crate::{
    block::block,
    call::{Call, Outcome},
};

pub async fn withdraw(call: Call) -> Outcome {
    let wish = call.input::<WithdrawalIn>()?.parse()?;
    let withdraw = Withdraw {
        id: WithdrawalId::new(call.state.wiring.edge.mint()),
        book: call.book(wish.mode)?,
        asset: wish.asset,
        network: wish.network,
        screened: screen(&call, wish.network, &wish.address).await?,
        address: wish.address,
        memo: wish.memo,
        amount: wish.amount,
        expected_fee: wish.expected_fee,
        metadata: wish.metadata,
    };
    call.once(withdraw, |withdrawal| to_json(&WithdrawalOut::from(withdrawal))).await
}

/// Asks before the command, which waits for nobody; the command says what an answer is worth. What
/// is no address is not asked about: the command refuses it before it looks at the verdict.
async fn screen(
    call: &Call,
    network: Network,
    address: &str,
) -> Result<Result<Verdict, ScreeningError>, CommandError> {
    let Ok(address) = Address::parse(network, address) else {
        return Ok(Err(ScreeningError("this is no address".to_owned())));
    };
    let screening = Arc::clone(&call.state.wiring.screening);
    block(move || screening.screen(network, address.as_str())).await
}

pub async fn list_withdrawals(call: Call) -> Outcome {
    let query = call.query()?;
    let mut filter = withdrawal::filter(&query)?;
    filter.book = call.book(filter.book)?;
    let query = query.list(call.account()?, filter, &withdrawal::ORDER)?;
    let page = call.read(move |reads| reads.list_withdrawals(&query)).await?;
    Ok(call.page(&page, |withdrawal| withdrawal.id.to_string(), WithdrawalOut::from))
}

pub async fn get_withdrawal(call: Call) -> Outcome {
    let withdrawal = find_withdrawal(&call).await?;
    Ok(Answer::new(call.operation.success, to_json(&WithdrawalOut::from(&withdrawal))))
}

/// The withdrawal of the path, if it is the caller's.
async fn find_withdrawal(call: &Call) -> Result<Withdrawal, CommandError> {
    let (account, id) = (call.account()?, call.path_id(WithdrawalId::parse, "withdrawal")?);
    let found = call.read(move |reads| reads.find_withdrawal(account, id)).await?;
    let found = found.filter(|withdrawal| call.reaches(withdrawal.book));
    Ok(found.ok_or_else(|| Problem::not_found("withdrawal"))?)
}

pub async fn settle_withdrawal(call: Call) -> Outcome {
    let withdrawal = find_withdrawal(&call).await?;
    let gateway = simulated_gateway(&call, &withdrawal)?;
    let to = call.input::<SettlementIn>()?.parse()?;
    check_open(&withdrawal, to)?;
    if withdrawal.status.has_ended() {
        return Ok(call.answer(&WithdrawalOut::from(&withdrawal)));
    }
    if to == Settlement::Failed {
        call.perform(RevertPayment { payment: payment_of(&withdrawal)? }).await?;
    }
    payer(&call).send(&withdrawal, When::Now).await?;
    // It may have failed instead, as where its address is blocked by now.
    let withdrawal = find_withdrawal(&call).await?;
    check_open(&withdrawal, to)?;
    if to != Settlement::Broadcasted && !withdrawal.status.has_ended() {
        bury(&call, &gateway, withdrawal.id).await?;
        payer(&call).settle(&withdrawal).await?;
    }
    let withdrawal = find_withdrawal(&call).await?;
    Ok(call.answer(&WithdrawalOut::from(&withdrawal)))
}

/// The chain that pays it, if that can be moved by request.
fn simulated_gateway(
    call: &Call,
    withdrawal: &Withdrawal,
) -> Result<Arc<dyn ChainGateway>, Problem> {
    let found = call.state.wiring.payouts.find(withdrawal.book, withdrawal.network);
    let simulated = found.filter(|gateway| gateway.is_simulated());
    simulated.cloned().ok_or_else(|| Problem::not_found("simulated chain"))
}

/// What has ended stays as it is, and nothing goes back; what is there already is no news.
fn check_open(withdrawal: &Withdrawal, to: Settlement) -> Result<(), CommandError> {
    match (withdrawal.status, to) {
        (WithdrawalStatus::Created | WithdrawalStatus::Broadcasted, _)
        | (WithdrawalStatus::Confirmed, Settlement::Confirmed)
        | (WithdrawalStatus::Failed, Settlement::Failed) => Ok(()),
        (status, _) => Err(WithdrawalError::WrongState(status).into()),
    }
}

fn payer(call: &Call) -> Payer<'_> {
    let wiring = &call.state.wiring;
    Payer {
        database: &*wiring.database,
        edge: &wiring.edge,
        payouts: &wiring.payouts,
        screening: &*wiring.screening,
    }
}

/// Mines on until the payment is final, whatever the chain asks for.
async fn bury(
    call: &Call,
    gateway: &Arc<dyn ChainGateway>,
    id: WithdrawalId,
) -> Result<(), CommandError> {
    let payment = call.read(move |reads| reads.simulated_payment(id)).await?;
    let payment = payment.ok_or_else(|| Problem::not_found("simulated payment"))?;
    let chain = Arc::clone(gateway);
    let head = block(move || chain.head()).await??;
    // A block counts as its own first confirmation.
    let on_top = u64::from(gateway.confirmations_required().max(1)).saturating_sub(1);
    let missing = payment.height.saturating_add(on_top).saturating_sub(head.latest);
    if let Ok(blocks @ 1..) = u32::try_from(missing) {
        let network = gateway.network();
        call.perform(MineBlocks { network, blocks }).await?;
    }
    Ok(())
}
