use cardium_authorizations::{Step, Transaction};
use cardium_kernel::{AccountId, AuthorizationId, CardId, ErrorCode, Problem, TransactionId};

use crate::reads::{ReadResult, Reads};

/// A captured step with the authorization that it belongs to.
#[derive(Debug, Clone)]
pub struct Capture {
    /// The step.
    pub transaction: Transaction,
    /// Its authorization.
    pub authorization: AuthorizationId,
}

/// The capture that any step of a purchase leads to: the step itself where it is one, else the
/// newest of its authorization. Steps never change once written, so a read may say.
///
/// # Errors
/// `resource_not_found` for an unknown or foreign step and for one of another card than these,
/// `transaction_not_disputable` where nothing was captured.
pub fn find_capture(
    reads: &dyn Reads,
    (account, cards): (AccountId, Option<&[CardId]>),
    id: TransactionId,
) -> ReadResult<Capture> {
    let named = reads.find_transaction(account, id)?;
    let named = named.filter(|step| cards.is_none_or(|cards| cards.contains(&step.card)));
    let named = named.ok_or_else(|| Problem::not_found("transaction"))?;
    let authorization = named.authorization.ok_or_else(uncaptured)?;
    if named.step == Step::Captured {
        return Ok(Capture { transaction: named, authorization });
    }
    let transaction = reads.find_capture(authorization)?.ok_or_else(uncaptured)?;
    Ok(Capture { transaction, authorization })
}

fn uncaptured() -> Problem {
    let message = "Only a captured transaction can be disputed.";
    Problem::field(ErrorCode::TransactionNotDisputable, "transaction_id", message)
}
