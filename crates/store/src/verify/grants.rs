use cardium_auth::{Scope, ScopeSet};

use super::Check;
use crate::{OpenError, db::Sql};

/// Grants without the credential that acts for them, or with one that lives on without them.
const LOOSE: &str = "SELECT COUNT(*) FROM grants g WHERE NOT EXISTS \
    (SELECT 1 FROM credentials c WHERE c.id = g.id AND c.kind = 'grant' \
    AND c.account_id = g.account_id AND (c.revoked_at IS NULL) = (g.ended_at IS NULL))";

/// Credentials that act for a grant which is not there.
const UNGRANTED: &str = "SELECT COUNT(*) FROM credentials c WHERE c.kind = 'grant' \
    AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.id = c.id)";

/// Cards that spend under a grant which their account never gave.
const UNBOUND: &str = "SELECT COUNT(*) FROM cards c WHERE c.grant_id IS NOT NULL \
    AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.id = c.grant_id \
    AND g.account_id = c.account_id)";

/// Endpoints that an agent set up under a grant which their account never gave, or that are told of
/// events though that grant has ended, or could not set them up any more.
const LINGERING: &str = "SELECT COUNT(*) FROM webhook_endpoints w WHERE w.grant_id IS NOT NULL \
    AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.id = w.grant_id \
    AND g.account_id = w.account_id AND (w.enabled = FALSE OR g.ended_at IS NULL \
    AND g.cards IS NULL AND EXISTS (SELECT 1 FROM credentials c WHERE c.id = g.id \
    AND (c.scopes & ?) <> 0)))";

/// Questions of a grant which their account never gave, or that were used without an answer.
const UNASKED: &str = "SELECT COUNT(*) FROM approvals a WHERE NOT EXISTS \
    (SELECT 1 FROM grants g WHERE g.id = a.grant_id AND g.account_id = a.account_id) \
    OR (a.status = 'pending') <> (a.decided_at IS NULL)";

/// Sums that are less than nothing, or on a day more than in all.
const MISCOUNTED: &str = "SELECT COUNT(*) FROM grants WHERE day_live < 0 OR day_sandbox < 0 \
    OR spent_live < day_live OR spent_sandbox < day_sandbox";

/// I13: a grant and its credential live and end together, what refers to a grant is of its account,
/// nothing goes on beyond it, and what it spent adds up. That a total is never exceeded is none:
/// owners narrow it at will.
pub(super) fn check(check: &mut Check<'_>) -> Result<(), OpenError> {
    for (text, what) in [
        (LOOSE, "grants do not agree with the credential that acts for them"),
        (UNGRANTED, "credentials act for a grant that is not there"),
        (UNBOUND, "cards spend under a grant that their account never gave"),
        (UNASKED, "approvals belong to no grant of their account, or were used without an answer"),
        (MISCOUNTED, "grants have spent sums that cannot be"),
    ] {
        let count = check.connection.integer(&Sql::new(text))?;
        if count != 0 {
            check.report.find("I13", format!("{count} {what}"));
        }
    }
    let subscribes = ScopeSet::from_iter([Scope::WebhookWrite]).bits();
    let count = check.connection.integer(&Sql::new(LINGERING).int(subscribes))?;
    if count != 0 {
        let detail = format!("{count} webhook endpoints of agents go on beyond their grant");
        check.report.find("I13", detail);
    }
    Ok(())
}
