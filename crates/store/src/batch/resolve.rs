use std::collections::{BTreeMap, BTreeSet};

use cardium_accounts::Email;
use cardium_app::{Hints, NaturalKey, RowKey};
use cardium_authorizations::AuthorizationReference;
use cardium_kernel::{AccountId, AuthorizationId, CardId, GrantId, MessageId, TopupId};

use crate::{
    batch::{Batch, references},
    db::{Bind, Connection, DbError, Fields, Kind, Sql, Value},
};

impl Batch {
    /// Finds the rows behind natural keys: one unlocked query a kind on PostgreSQL, over
    /// columns that never change. Adds what it finds to `rows`.
    pub(crate) fn resolve(
        &mut self,
        connection: &mut Connection,
        names: &BTreeSet<NaturalKey>,
        rows: &mut BTreeSet<RowKey>,
    ) -> Result<(), DbError> {
        let mut kinds = Names::default();
        for name in names {
            match name {
                NaturalKey::Email(email) => kinds.emails.push(email.clone()),
                NaturalKey::Pan(pan) => kinds.pans.push(*pan),
                NaturalKey::Exchange(id) => kinds.exchanges.push(*id),
                // Looked for later: see `resolve_references`.
                NaturalKey::Authorization(_) => {}
                NaturalKey::DepositAddress(address) => kinds.addresses.push(address.clone()),
            }
        }
        self.resolve_emails(connection, kinds.emails)?;
        self.resolve_pans(connection, kinds.pans, rows)?;
        self.resolve_addresses(connection, kinds.addresses)?;
        resolve_exchanges(connection, &kinds.exchanges, rows)
    }

    fn resolve_emails(
        &mut self,
        connection: &mut Connection,
        emails: Vec<Email>,
    ) -> Result<(), DbError> {
        let keys = emails.iter().map(|email| Value::text(email.as_str())).collect();
        let text = "SELECT email, id FROM accounts WHERE email";
        let mut found = BTreeMap::new();
        for mut row in lookup(connection, text, (Kind::Text, keys), &[Kind::Text, Kind::Id])? {
            found.insert(row.text()?, AccountId::new(row.id()?));
        }
        for email in emails {
            let account = found.get(email.as_str()).copied();
            self.emails.resolve(email, account);
        }
        Ok(())
    }

    fn resolve_addresses(
        &mut self,
        connection: &mut Connection,
        addresses: Vec<String>,
    ) -> Result<(), DbError> {
        let keys = addresses.iter().map(|address| Value::text(address)).collect();
        let text = "SELECT address, id FROM topups WHERE address";
        let mut found = BTreeMap::new();
        for mut row in lookup(connection, text, (Kind::Text, keys), &[Kind::Text, Kind::Id])? {
            found.insert(row.text()?, TopupId::new(row.id()?));
        }
        for address in addresses {
            let topup = found.get(&address).copied();
            self.deposit_addresses.resolve(address, topup);
        }
        Ok(())
    }

    fn resolve_pans(
        &mut self,
        connection: &mut Connection,
        pans: Vec<[u8; 32]>,
        rows: &mut BTreeSet<RowKey>,
    ) -> Result<(), DbError> {
        let keys = pans.iter().map(|pan| Value::bytes(pan)).collect();
        // The card's grant comes along, though it may be none by the time that the card is locked:
        // a row too many is locked then, and nothing is decided by it.
        let text = "SELECT p.fingerprint, p.card_id, p.account_id, c.grant_id FROM card_pans p \
                    LEFT JOIN cards c ON c.id = p.card_id WHERE p.fingerprint";
        let kinds = [Kind::Bytes, Kind::Id, Kind::Id, Kind::Id];
        let mut found = BTreeMap::new();
        for mut row in lookup(connection, text, (Kind::Bytes, keys), &kinds)? {
            let (pan, card) = (row.array::<32>()?, CardId::new(row.id()?));
            let account = AccountId::new(row.id()?);
            let grant = row.optional(Fields::id)?.map(GrantId::new);
            rows.extend(grant.map(RowKey::Grant));
            rows.extend(Hints::default().with_spending(card).with(RowKey::Sequence(account)).rows);
            self.pans_by_card.insert(card, pan);
            found.insert(pan, card);
        }
        for pan in pans {
            self.cards_by_pan.resolve(pan, found.get(&pan).copied());
        }
        Ok(())
    }

    /// Finds the authorizations of cards that are locked by now.
    pub(super) fn resolve_references(
        &mut self,
        connection: &mut Connection,
        names: &BTreeSet<NaturalKey>,
        rows: &mut BTreeSet<RowKey>,
    ) -> Result<(), DbError> {
        let wanted: Vec<AuthorizationReference> = names
            .iter()
            .filter_map(|name| match name {
                NaturalKey::Authorization(reference) => Some(reference.clone()),
                NaturalKey::Email(_)
                | NaturalKey::Pan(_)
                | NaturalKey::Exchange(_)
                | NaturalKey::DepositAddress(_) => None,
            })
            .collect();
        let mut keys = Vec::new();
        for reference in wanted {
            // Nobody made an authorization of a card that does not exist.
            if let Ok(Some(card)) = self.cards_by_pan.find(&reference.pan) {
                keys.push((reference.clone(), card));
            }
            self.references.insert(reference, Vec::new());
        }
        let found = references::find(connection, &keys)?;
        for (reference, id) in found {
            rows.extend(Hints::default().with_authorization(id).rows);
            if let Some(ids) = self.references.get_mut(&reference) {
                ids.push(id);
            }
        }
        // Oldest first: ids rise with time.
        self.references.values_mut().for_each(|ids| ids.sort_unstable());
        Ok(())
    }
}

#[derive(Default)]
struct Names {
    emails: Vec<Email>,
    pans: Vec<[u8; 32]>,
    exchanges: Vec<MessageId>,
    addresses: Vec<String>,
}

fn resolve_exchanges(
    connection: &mut Connection,
    exchanges: &[MessageId],
    rows: &mut BTreeSet<RowKey>,
) -> Result<(), DbError> {
    let keys = exchanges.iter().map(|id| Value::id(id.value())).collect();
    let text =
        "SELECT authorization_id FROM network_messages WHERE authorization_id IS NOT NULL AND id";
    for mut row in lookup(connection, text, (Kind::Id, keys), &[Kind::Id])? {
        let id = AuthorizationId::new(row.id()?);
        rows.extend(Hints::default().with_authorization(id).rows);
    }
    Ok(())
}

/// Runs a query whose text ends before the comparison with its keys: with all of them on
/// PostgreSQL, with one at a time on SQLite.
fn lookup(
    connection: &mut Connection,
    text: &str,
    (kind, keys): (Kind, Vec<Value<'_>>),
    kinds: &[Kind],
) -> Result<Vec<Fields>, DbError> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut records = Vec::new();
    if connection.is_postgres() {
        let sql = Sql::new(format!("{text} = ANY(?)")).with(Bind::Many(kind, keys));
        records = connection.select(&sql, kinds)?;
    } else {
        for key in keys {
            let sql = Sql::new(format!("{text} = ?")).bind(key);
            records.extend(connection.select(&sql, kinds)?);
        }
    }
    Ok(records.into_iter().map(|record| Fields::new("lookup", record)).collect())
}
