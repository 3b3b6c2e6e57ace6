use cardium_auth::grants::{
    Approval, ApprovalStatus, Grant, MandateError, NewApproval, Reveal, Spent,
};
use cardium_cards::Card;
use cardium_kernel::{Book, CardId, ErrorCode, Money, Problem};

use crate::{CommandError, EventType, Snapshot, Unit, error::sentence};

/// What a command is about to do with its owner's money or card number.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    /// The operation, as the API calls it.
    pub(crate) operation: &'static str,
    /// What is done, in words: an approval is one of these words.
    pub(crate) summary: String,
    /// A digest of the terms that the words leave out; zero where they leave none out. An approval
    /// is one of these terms as well.
    pub(crate) terms: u128,
    /// Whose money.
    pub(crate) book: Book,
    /// The card, where it is about one that is there.
    pub(crate) card: Option<CardId>,
}

/// Counts money that leaves the treasury, fee included, or is credited to a card, against the
/// mandate of the grant that acts, and sees that its owner agrees. Whoever acts otherwise needs no
/// leave.
///
/// It is asked before the command has written anything: where the owner is to be asked, what was
/// written so far is kept.
///
/// # Errors
/// `mandate_exceeded`, `approval_required` or `approval_rejected`.
pub(crate) fn spend(unit: &mut Unit<'_>, amount: Money, wish: Wish) -> Result<(), CommandError> {
    let Some(mut grant) = acting(unit)? else { return Ok(()) };
    let spent = cover(unit, &grant, (wish.book, amount))?;
    if grant.mandate.asks_for(amount) {
        approve(unit, &grant, (Some(amount), wish))?;
    }
    grant.count(spent);
    Ok(unit.tx.save_grant(grant)?)
}

/// As [`spend`], where plastic is sent to an address that the agent names, with money or without:
/// its owner is asked each time, whatever the mandate says of money. Who holds the plastic spends
/// what is ever loaded onto it.
///
/// # Errors
/// As [`spend`].
pub(crate) fn send(
    unit: &mut Unit<'_>,
    amount: Option<Money>,
    wish: Wish,
) -> Result<(), CommandError> {
    let Some(mut grant) = acting(unit)? else { return Ok(()) };
    check_lasting(unit)?;
    let spent = amount.map(|amount| cover(unit, &grant, (wish.book, amount))).transpose()?;
    approve(unit, &grant, (amount, wish))?;
    let Some(spent) = spent else { return Ok(()) };
    grant.count(spent);
    Ok(unit.tx.save_grant(grant)?)
}

/// What the grant has spent once this much is spent as well.
fn cover(unit: &Unit<'_>, grant: &Grant, spending: (Book, Money)) -> Result<Spent, CommandError> {
    let covered = grant.mandate.cover(grant.spent, spending, unit.now());
    covered.map_err(|error| exceeded(beyond(&error, spending.1)))
}

/// Says which bound does not hold, and for how much: the sum is not the one that was asked for
/// where a fee comes on top of it.
fn beyond(error: &MandateError, amount: Money) -> String {
    let bound = sentence(error);
    match error {
        MandateError::PerTransaction(_) | MandateError::Daily(_) | MandateError::Total(_) => {
            format!("{bound} This comes to {amount}, fees included.")
        }
        MandateError::Ended | MandateError::Money(_) => bound,
    }
}

/// Sees that the grant that acts may be told this card's number, and that its owner agrees where
/// each time is asked for.
///
/// # Errors
/// As [`spend`], and `owner_must_open`.
pub(crate) fn reveal(unit: &mut Unit<'_>, card: CardId, wish: Wish) -> Result<(), CommandError> {
    let Some(grant) = acting(unit)? else { return Ok(()) };
    check_lasting(unit)?;
    match grant.reveal {
        Reveal::Always => Ok(()),
        Reveal::Ask => approve(unit, &grant, (None, wish)),
        Reveal::Link => {
            let message = "Only the owner opens this card's number, on the site: give them `url`.";
            Err(Problem::owner_opens(card, message).into())
        }
    }
}

/// Nothing is done under a mandate whose time is over.
///
/// # Errors
/// `mandate_exceeded`.
pub(crate) fn check_lasting(unit: &Unit<'_>) -> Result<(), CommandError> {
    let over = unit.grant().is_some_and(|grant| grant.mandate.is_over(unit.now()));
    if over { Err(exceeded("The agent's mandate has ended.")) } else { Ok(()) }
}

/// A mandate that names merchants is kept by the cards that the grant issued: no others may be
/// loaded, credited, replaced or revealed under it.
///
/// # Errors
/// `mandate_exceeded`.
pub(crate) fn check_card(unit: &Unit<'_>, card: &Card) -> Result<(), CommandError> {
    let bound = |grant: &&Grant| grant.mandate.names_merchants() && card.grant != Some(grant.id);
    match unit.grant().filter(bound) {
        None => Ok(()),
        Some(_) => {
            let message = "The agent's mandate names merchants, and this card does not keep to it.";
            Err(exceeded(message))
        }
    }
}

/// Nobody knows the merchant of what leaves on no card.
///
/// # Errors
/// `mandate_exceeded`.
pub(crate) fn check_cardless(unit: &Unit<'_>) -> Result<(), CommandError> {
    let bound = unit.grant().is_some_and(|grant| grant.mandate.names_merchants());
    if bound {
        return Err(exceeded("The agent's mandate names merchants: it spends on cards only."));
    }
    Ok(())
}

/// The acting grant as this command has left it.
fn acting(unit: &mut Unit<'_>) -> Result<Option<Grant>, CommandError> {
    match unit.grant().map(|grant| grant.id) {
        None => Ok(None),
        Some(id) => Ok(unit.tx.find_grant(id)?),
    }
}

/// Uses the owner's approval up, or asks for it.
fn approve(
    unit: &mut Unit<'_>,
    grant: &Grant,
    (amount, wish): (Option<Money>, Wish),
) -> Result<(), CommandError> {
    let words = words(&wish);
    let id = Approval::id_of(grant.id, (wish.operation, &words, wish.terms), unit.key);
    let now = unit.now();
    let Some(mut approval) = unit.tx.find_approval(id)? else {
        let new = NewApproval {
            id,
            account: grant.account,
            grant: grant.id,
            operation: wish.operation.to_owned(),
            summary: legible(&words),
            book: wish.book,
            card: wish.card,
            amount,
        };
        return ask(unit, Approval::ask(new, now));
    };
    match approval.status {
        _ if approval.is_over(now) => ask_again(unit, approval),
        ApprovalStatus::Used => ask_again(unit, approval),
        ApprovalStatus::Pending => Err(awaits(&approval).into()),
        ApprovalStatus::Rejected => {
            let message = format!("The owner said no: {}.", approval.summary);
            Err(Problem::new(ErrorCode::ApprovalRejected, message).into())
        }
        ApprovalStatus::Approved => {
            approval.spend(now).map_err(|error| CommandError::Internal(error.to_string()))?;
            unit.tx.save_approval(approval)?;
            unit.audit(grant.account, "approval.used", &id)?;
            Ok(())
        }
    }
}

/// What is asked, as an owner reads it: money is real unless it says otherwise, and first, where no
/// label or memo of an agent's can say so.
fn words(wish: &Wish) -> String {
    match wish.book {
        Book::Live => wish.summary.clone(),
        Book::Sandbox => format!("In the sandbox: {}", wish.summary),
    }
}

/// Words as they can be shown: an agent's own, a label or a memo, stand among them, and are not to
/// break a line or turn the direction of the rest.
fn legible(text: &str) -> String {
    let turns = |mark: char| {
        matches!(mark, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
            || matches!(mark, '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    text.chars().filter(|mark| !mark.is_control() && !turns(*mark)).collect()
}

fn ask_again(unit: &mut Unit<'_>, mut approval: Approval) -> Result<(), CommandError> {
    approval.ask_again(unit.now());
    ask(unit, approval)
}

/// Keeps the question, and nothing else of the command.
fn ask(unit: &mut Unit<'_>, approval: Approval) -> Result<(), CommandError> {
    let awaits = awaits(&approval);
    let (found, now) = (unit.tx.find_grant(approval.grant)?, unit.now());
    if let Some(mut grant) = found {
        grant.ask(approval.expires_at, now).map_err(|full| {
            let wait = full.until.since(now).as_secs().max(1);
            Problem::rate_limited(sentence(&full), wait)
        })?;
        unit.tx.save_grant(grant)?;
    }
    unit.emit(EventType::ApprovalRequested, Snapshot::Approval(approval.clone()))?;
    unit.audit(approval.account, "approval.requested", &approval.id)?;
    unit.tx.save_approval(approval)?;
    Err(CommandError::Traced(awaits))
}

fn awaits(approval: &Approval) -> Problem {
    let message = format!(
        "The owner has to approve this first, then the same request goes through once: {}.",
        approval.summary
    );
    Problem::awaits(approval.id, message)
}

fn exceeded(message: impl Into<String>) -> CommandError {
    Problem::new(ErrorCode::MandateExceeded, message).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_reads_no_marks_that_hide_or_turn_words() {
        let text = "Load \u{202e}5\u{2066}0\n.00\u{7} USD\u{200b} \u{2013} caf\u{e9}";
        assert_eq!(legible(text), "Load 50.00 USD \u{2013} caf\u{e9}");
    }
}
