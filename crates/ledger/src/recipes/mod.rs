//! How business events are booked: one recipe a file, each a pure function to a posting.

mod advance;
mod card_load;
mod card_replacement;
mod card_unload;
mod clearing;
mod debt;
mod dispute_credit;
mod dispute_debit;
mod dispute_settlement;
mod refund;
mod refund_reversal;
mod topup_credit;
mod withdrawal;
mod withdrawal_fee;
mod withdrawal_return;
mod withdrawal_settlement;

pub use advance::{AdvanceReturn, advance, advance_return};
pub use card_load::{CardLoad, card_load};
pub use card_replacement::{CardReplacement, card_replacement};
pub use card_unload::card_unload;
pub use clearing::{Clearing, clearing};
pub use debt::settle_debt;
pub use dispute_credit::{DisputeCredit, dispute_credit};
pub use dispute_debit::{DisputeDebit, dispute_debit};
pub use dispute_settlement::{DisputeSettlement, dispute_settlement};
pub use refund::{Refund, refund};
pub use refund_reversal::{RefundReversal, refund_reversal};
pub use topup_credit::topup_credit;
pub use withdrawal::withdrawal;
pub use withdrawal_fee::withdrawal_fee;
pub use withdrawal_return::{WithdrawalReturn, withdrawal_return};
pub use withdrawal_settlement::withdrawal_settlement;
