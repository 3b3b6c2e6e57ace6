//! `/v1/grants`, `/v1/approvals` and `/v1/accounts/me/panic`.

mod approvals;
mod disputes;
mod endings;
mod grants;
mod panic;
mod plastic;
mod widening;
