use super::Check;
use crate::{OpenError, db::Sql};

/// Cards that say they replace one which does not say so, is another account's, or still spends.
const LOOSE_LINKS: &str = "SELECT COUNT(*) FROM cards n WHERE n.replaces IS NOT NULL \
    AND NOT EXISTS (SELECT 1 FROM cards o WHERE o.id = n.replaces AND o.replaced_by = n.id \
    AND o.account_id = n.account_id AND o.book = n.book AND o.status = 'cancelled')";

/// Cards that say they were replaced by one which does not say so.
const LOOSE_ENDS: &str = "SELECT COUNT(*) FROM cards o WHERE o.replaced_by IS NOT NULL \
    AND NOT EXISTS (SELECT 1 FROM cards n WHERE n.id = o.replaced_by AND n.replaces = o.id)";

/// Accounts whose counter is not the number of their cards.
const MISCOUNTED: &str = "SELECT COUNT(*) FROM account_sequences s WHERE s.cards <> \
    (SELECT COUNT(*) FROM cards c WHERE c.account_id = s.account_id AND c.status <> 'cancelled')";

/// I11: a card and the one in its place know of each other, and cards are counted.
pub(super) fn check(check: &mut Check<'_>) -> Result<(), OpenError> {
    for (text, what) in [
        (LOOSE_LINKS, "cards replace a card that was not replaced by them"),
        (LOOSE_ENDS, "cards were replaced by a card that does not replace them"),
        (MISCOUNTED, "accounts have another number of cards than they count"),
    ] {
        let count = check.connection.integer(&Sql::new(text))?;
        if count != 0 {
            check.report.find("I11", format!("{count} {what}"));
        }
    }
    Ok(())
}
