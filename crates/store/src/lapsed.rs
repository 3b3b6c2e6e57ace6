//! Which grants lapsed, for the write path and for the worker alike.

use cardium_app::grants::UNREFRESHED;
use cardium_kernel::Timestamp;

use crate::{
    db::{Sql, Value},
    rows::time,
};

/// Enabled endpoints of grants whose clients have nothing left to act with. A refresh token is
/// worth nothing where its client is gone.
const LAPSED: &str = "FROM webhook_endpoints w JOIN grants g ON g.id = w.grant_id \
    WHERE w.grant_id IS NOT NULL AND w.enabled = TRUE AND g.updated_at <= ? \
    AND NOT EXISTS (SELECT 1 FROM oauth_codes c WHERE c.expires_at > ? AND c.grant_id = g.id) \
    AND NOT EXISTS (SELECT 1 FROM oauth_refresh_tokens t WHERE t.grant_id = g.id \
    AND t.used_at IS NULL AND t.idle_until > ? \
    AND EXISTS (SELECT 1 FROM oauth_clients k WHERE k.client_id = g.client_id))";

/// A query of lapsed grants whose endpoints `w` are enabled.
pub(crate) fn lapsed<'a>(columns: &str, rest: &str, now: Timestamp) -> Sql<'a> {
    let answered = time(now.before(UNREFRESHED));
    let sql = Sql::new(format!("SELECT {columns} {LAPSED}{rest}"));
    let moments: [Value<'a>; 3] = [answered.clone(), answered, time(now)];
    moments.into_iter().fold(sql, Sql::bind)
}
