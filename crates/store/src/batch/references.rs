//! Which authorizations of a card a message may mean: one unlocked query for each kind of fact,
//! over columns that never change.

use std::collections::BTreeMap;

use cardium_authorizations::{AuthorizationReference, MAX_CANDIDATES, ReferenceKind};
use cardium_kernel::{AuthorizationId, CardId};

use crate::{
    batch::Batch,
    db::{Bind, Connection, DbError, Fields, Kind, Sql, Value},
};

/// One kind of fact: its column, what else the index over it asks for, and how PostgreSQL compares
/// the card.
struct Fact {
    column: &'static str,
    condition: &'static str,
    card: &'static str,
}

/// No index takes this comparison, so the planner is left with the one that begins with the word:
/// of a table that was not analyzed it would as soon take one that begins with the card and read
/// all that the card ever did.
const BY_WORD: &str = "IS NOT DISTINCT FROM";

const NETWORK_TRACE: Fact =
    Fact { column: "network_trace", condition: " AND c.network_trace <> ''", card: BY_WORD };
const APPROVAL_CODE: Fact = Fact { column: "approval_code", condition: "", card: BY_WORD };
const MERCHANT: Fact = Fact { column: "merchant_id", condition: "", card: "=" };

/// The authorizations of each reference, the newest [`MAX_CANDIDATES`] of it. References come with
/// the card that bears their PAN.
pub(super) fn find(
    connection: &mut Connection,
    wanted: &[(AuthorizationReference, CardId)],
) -> Result<Vec<(AuthorizationReference, AuthorizationId)>, DbError> {
    let mut found = Vec::new();
    for fact in [NETWORK_TRACE, APPROVAL_CODE, MERCHANT] {
        let keys: Vec<Key<'_>> = wanted
            .iter()
            .map(|(reference, card)| Key::of(reference, *card))
            .filter(|key| key.column == fact.column)
            .collect();
        if keys.is_empty() {
            continue;
        }
        if connection.is_postgres() {
            found.extend(find_all(connection, &fact, &keys)?);
        } else {
            for key in &keys {
                found.extend(find_one(connection, &fact, key)?);
            }
        }
    }
    Ok(found)
}

impl Batch {
    /// Makes an authorization that the running command wrote known to the commands after it.
    pub(super) fn extend_references(&mut self) {
        if self.references.is_empty() {
            return;
        }
        for authorization in self.authorizations.written() {
            let Some(pan) = self.pans_by_card.get(&authorization.card) else { continue };
            let kinds = [
                ReferenceKind::NetworkTrace(authorization.network_trace.clone()),
                ReferenceKind::ApprovalCode(authorization.approval_code.clone()),
            ];
            for kind in kinds {
                let reference = AuthorizationReference { pan: *pan, kind };
                let Some(ids) = self.references.get_mut(&reference) else { continue };
                if !ids.contains(&authorization.id) {
                    ids.push(authorization.id);
                }
            }
        }
    }
}

struct Key<'a> {
    reference: &'a AuthorizationReference,
    card: CardId,
    column: &'static str,
    word: &'a str,
    since: i64,
}

impl<'a> Key<'a> {
    fn of(reference: &'a AuthorizationReference, card: CardId) -> Self {
        let (fact, word, since) = match &reference.kind {
            ReferenceKind::NetworkTrace(trace) => (NETWORK_TRACE, trace, i64::MIN),
            ReferenceKind::ApprovalCode(code) => (APPROVAL_CODE, code, i64::MIN),
            ReferenceKind::Merchant(id, since) => (MERCHANT, id, since.unix_micros()),
        };
        Self { reference, card, column: fact.column, word, since }
    }
}

/// The newest candidates of one key; its three values are given as SQL.
fn candidates(fact: &Fact, compare: &str, [card, word, since]: [&str; 3]) -> String {
    let Fact { column, condition, .. } = fact;
    format!(
        "SELECT c.id FROM authorizations c WHERE c.card_id {compare} {card} AND c.{column} = {word}\
         {condition} AND c.created_at >= {since} ORDER BY c.created_at DESC LIMIT {MAX_CANDIDATES}"
    )
}

fn find_one(
    connection: &mut Connection,
    fact: &Fact,
    key: &Key<'_>,
) -> Result<Vec<(AuthorizationReference, AuthorizationId)>, DbError> {
    let sql = Sql::new(candidates(fact, "=", ["?"; 3]))
        .id(key.card.value())
        .text(key.word)
        .int(key.since);
    let records = connection.select(&sql, &[Kind::Id])?;
    let read = |record| {
        let id = AuthorizationId::new(Fields::new("authorizations", record).id()?);
        Ok((key.reference.clone(), id))
    };
    records.into_iter().map(read).collect()
}

fn find_all(
    connection: &mut Connection,
    fact: &Fact,
    keys: &[Key<'_>],
) -> Result<Vec<(AuthorizationReference, AuthorizationId)>, DbError> {
    let inner = candidates(fact, fact.card, ["k.card", "k.word", "k.since"]);
    let text = format!(
        "SELECT k.place, a.id FROM unnest(?, ?, ?, ?) AS k (place, card, word, since) \
         CROSS JOIN LATERAL ({inner}) a"
    );
    let places: BTreeMap<i64, &Key<'_>> = (0_i64..).zip(keys).collect();
    let (mut cards, mut words, mut since) = (Vec::new(), Vec::new(), Vec::new());
    for key in keys {
        cards.push(Value::id(key.card.value()));
        words.push(Value::text(key.word));
        since.push(Value::Int(key.since));
    }
    let numbers = places.keys().map(|place| Value::Int(*place)).collect();
    let sql = Sql::new(text)
        .with(Bind::Many(Kind::Int, numbers))
        .with(Bind::Many(Kind::Id, cards))
        .with(Bind::Many(Kind::Text, words))
        .with(Bind::Many(Kind::Int, since));
    let mut found = Vec::new();
    for record in connection.select(&sql, &[Kind::Int, Kind::Id])? {
        let mut fields = Fields::new("authorizations", record);
        let (place, id) = (fields.int()?, AuthorizationId::new(fields.id()?));
        found.extend(places.get(&place).map(|key| (key.reference.clone(), id)));
    }
    Ok(found)
}
