use std::collections::HashSet;

use cardium_kernel::CardId;
use cardium_ledger::LedgerAccountId;

use super::{Check, scan::Scan};
use crate::{
    OpenError,
    db::{Kind, Sql},
};

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

/// Lines of replacements whose first card does not lead to the last one.
const LOST_LASTS: &str = "SELECT COUNT(*) FROM cards c WHERE \
    (c.first_card IS NULL) <> (c.replaces IS NULL) \
    OR (c.first_card IS NULL AND (c.last_card IS NULL) <> (c.replaced_by IS NULL)) \
    OR (c.first_card IS NOT NULL AND c.replaced_by IS NULL AND NOT EXISTS \
    (SELECT 1 FROM cards f WHERE f.id = c.first_card AND f.last_card = c.id))";

/// Cards that were replaced by one which is in use.
const REPLACED: &str = "cards c JOIN cards f ON f.id = COALESCE(c.first_card, c.id) \
    JOIN cards l ON l.id = f.last_card WHERE l.status <> 'cancelled' AND c.id <> l.id";

/// Balances and debts of cards that are not zero, money that is held left out.
const UNEVEN: &str = "ledger_accounts WHERE role IN (3, 4) AND posted <> held";

/// Accounts whose counter is not the number of their webhooks.
const MISCOUNTED_WEBHOOKS: &str = "SELECT COUNT(*) FROM account_sequences s WHERE s.endpoints <> \
    (SELECT COUNT(*) FROM webhook_endpoints w WHERE w.account_id = s.account_id)";

/// I11: a card and the one in its place know of each other, money follows, and what is counted for
/// an account is there.
pub(super) fn check(check: &mut Check<'_>) -> Result<(), OpenError> {
    for (text, what) in [
        (LOOSE_LINKS, "cards replace a card that was not replaced by them"),
        (LOOSE_ENDS, "cards were replaced by a card that does not replace them"),
        (LOST_LASTS, "cards are in a line that does not lead to its last one"),
        (MISCOUNTED, "accounts have another number of cards than they count"),
        (MISCOUNTED_WEBHOOKS, "accounts have another number of webhooks than they count"),
    ] {
        let count = check.connection.integer(&Sql::new(text))?;
        if count != 0 {
            check.report.find("I11", format!("{count} {what}"));
        }
    }
    left_behind(check)
}

/// What a replaced card has available or owes belongs to the card in use.
fn left_behind(check: &mut Check<'_>) -> Result<(), OpenError> {
    let (keys, kinds) = (&["c.id"], &[Kind::Id]);
    let scan = Scan { stage: "replaced cards", columns: "c.id", from: REPLACED, keys, kinds };
    let mut replaced = HashSet::new();
    check.scan(&scan, |_, mut fields| {
        let card = CardId::new(fields.id()?);
        let accounts = [LedgerAccountId::card(card), LedgerAccountId::card_receivable(card)];
        replaced.extend(accounts.map(LedgerAccountId::value));
        Ok(())
    })?;
    let scan =
        Scan { stage: "accounts of cards", columns: "id", from: UNEVEN, keys: &["id"], kinds };
    check.scan(&scan, |report, mut fields| {
        let account = fields.id()?;
        if replaced.contains(&account) {
            let detail = format!("account {account:032x} of a replaced card has or owes something");
            report.find("I11", detail);
        }
        Ok(())
    })
}
