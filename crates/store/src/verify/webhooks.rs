use super::Check;
use crate::{OpenError, db::Sql};

/// Lanes that sleep longer than the first of what is on its way in them.
const ASLEEP: &str = "SELECT COUNT(*) FROM webhook_lanes l \
    JOIN webhook_endpoints w ON w.id = l.endpoint_id WHERE w.enabled = TRUE AND EXISTS \
    (SELECT 1 FROM webhook_deliveries d WHERE d.endpoint_id = l.endpoint_id \
    AND d.state = 'pending' AND (l.due_at IS NULL OR d.next_attempt_at < l.due_at))";

/// Deliveries that wait for their turn after none.
const STUCK: &str = "SELECT COUNT(*) FROM webhook_deliveries q WHERE q.state = 'queued' \
    AND (q.ordered = FALSE OR NOT EXISTS (SELECT 1 FROM webhook_deliveries p \
    WHERE p.endpoint_id = q.endpoint_id AND p.object_id = q.object_id AND p.ordered = TRUE \
    AND p.state IN ('pending', 'queued') AND p.state = 'pending'))";

/// Deliveries that go beside another of their object, though they go one after the other.
const OVERTAKING: &str = "SELECT COUNT(*) FROM webhook_deliveries p WHERE p.ordered = TRUE \
    AND p.state IN ('pending', 'queued') AND p.state = 'pending' AND EXISTS \
    (SELECT 1 FROM webhook_deliveries q WHERE q.endpoint_id = p.endpoint_id \
    AND q.object_id = p.object_id AND q.ordered = TRUE AND q.state IN ('pending', 'queued') \
    AND q.state = 'pending' AND q.id <> p.id)";

/// Events that are made for an endpoint more than once.
const REPEATED: &str = "SELECT COUNT(*) FROM (SELECT endpoint_id, event_id \
    FROM webhook_deliveries WHERE replayed = FALSE GROUP BY endpoint_id, event_id \
    HAVING COUNT(*) > 1) AS repeated";

/// Endpoints without a lane, and lanes without an endpoint.
const UNPAIRED: &str = "SELECT \
    (SELECT COUNT(*) FROM webhook_endpoints w WHERE NOT EXISTS \
    (SELECT 1 FROM webhook_lanes l WHERE l.endpoint_id = w.id)) + \
    (SELECT COUNT(*) FROM webhook_lanes l WHERE NOT EXISTS \
    (SELECT 1 FROM webhook_endpoints w WHERE w.id = l.endpoint_id))";

/// Deliveries on their way to nobody.
const ASTRAY: &str = "SELECT COUNT(*) FROM webhook_deliveries d \
    WHERE d.state IN ('pending', 'queued') AND NOT EXISTS \
    (SELECT 1 FROM webhook_lanes l WHERE l.endpoint_id = d.endpoint_id)";

/// I12: what is on its way to an endpoint gets there: nothing sleeps, nothing waits in vain, and
/// nothing was made twice.
pub(super) fn check(check: &mut Check<'_>) -> Result<(), OpenError> {
    for (text, what) in [
        (ASLEEP, "lanes of webhooks are due later than what is on its way in them"),
        (STUCK, "deliveries wait for an earlier one that is not on its way"),
        (OVERTAKING, "ordered deliveries go beside another one of their object"),
        (REPEATED, "events are delivered to an endpoint by more than one delivery"),
        (UNPAIRED, "endpoints have no lane, or lanes no endpoint"),
        (ASTRAY, "deliveries are on their way to an endpoint that is gone"),
    ] {
        let count = check.connection.integer(&Sql::new(text))?;
        if count != 0 {
            check.report.find("I12", format!("{count} {what}"));
        }
    }
    Ok(())
}
