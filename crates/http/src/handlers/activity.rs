use cardium_api_v1::{
    activity::{self, ActivityOut},
    audit::{self, AuditOut},
};
use cardium_kernel::ActivityId;

use super::events::reader;
use crate::call::{Call, Outcome};

pub async fn get_activity(call: Call) -> Outcome {
    let query = call.query()?;
    let mut filter = activity::filter(&query)?;
    filter.book = call.book(filter.book)?;
    filter.reader = reader(&call)?;
    let query = query.list(call.account()?, filter, &activity::ORDER)?;
    let page = call.read(move |reads| reads.list_activity(&query)).await?;
    let id = |activity: &cardium_app::reads::Activity| ActivityId::new(activity.event.id.value());
    Ok(call.page(&page, |activity| id(activity).to_string(), ActivityOut::from))
}

pub async fn get_audit_log(call: Call) -> Outcome {
    let query = call.query()?;
    let query = query.list(call.account()?, audit::filter(&query)?, &audit::ORDER)?;
    let page = call.read(move |reads| reads.list_audit(&query)).await?;
    Ok(call.page(&page, |entry| entry.id.to_string(), AuditOut::from))
}
