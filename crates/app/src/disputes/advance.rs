use cardium_disputes::{Dispute, keep_dispute};
use cardium_kernel::{AccountId, AuthorizationId, CardId, Change, DisputeId, Problem};

use crate::{
    CommandError, CommandResult, Context, Ending, EventType, Hints, RowKey, Snapshot, Unit,
    UseCase, disputes::money,
};

/// Where the network moves a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advance {
    /// The merchant fights it.
    Responded,
    /// We insist.
    PreArbitration,
    /// The cardholder is right.
    Won,
    /// The merchant is right.
    Lost,
}

impl Advance {
    /// The move with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "responded" => Some(Self::Responded),
            "pre_arbitration" => Some(Self::PreArbitration),
            "won" => Some(Self::Won),
            "lost" => Some(Self::Lost),
            _ => None,
        }
    }
}

/// The card network moves a dispute on.
#[derive(Debug, Clone)]
pub struct AdvanceDispute {
    dispute: DisputeId,
    account: AccountId,
    card: CardId,
    authorization: AuthorizationId,
    to: Advance,
}

impl AdvanceDispute {
    /// The move of a dispute that was read before; only what never changes of it is used.
    #[must_use]
    pub fn new(dispute: &Dispute, to: Advance) -> Self {
        Self {
            dispute: dispute.id,
            account: dispute.account,
            card: dispute.card,
            authorization: dispute.authorization,
            to,
        }
    }
}

impl UseCase for AdvanceDispute {
    type Output = Dispute;

    fn hints(&self, _: &Context) -> Hints {
        let rows = [
            RowKey::Sequence(self.account),
            RowKey::Authorization(self.authorization),
            RowKey::Docket(self.authorization),
        ];
        Hints::rows(rows).with_card(self.card).with_dispute(self.dispute)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Dispute> {
        let found = unit.tx.find_dispute(self.dispute)?;
        let mut dispute = found.ok_or_else(|| Problem::not_found("dispute"))?;
        if self.advance(unit, &mut dispute)? == Change::AlreadyApplied {
            return Ok(Ending::Done(dispute));
        }
        keep_dispute(unit.tx, &dispute)?;
        let (event, action) = self.trace();
        if let Some(event) = event {
            unit.emit(event, Snapshot::Dispute(dispute.clone()))?;
        }
        unit.audit(self.account, action, &self.dispute)?;
        Ok(Ending::Done(dispute))
    }
}

impl AdvanceDispute {
    fn advance(&self, unit: &mut Unit<'_>, dispute: &mut Dispute) -> Result<Change, CommandError> {
        let now = unit.now();
        Ok(match self.to {
            Advance::Responded => dispute.respond(now)?,
            Advance::PreArbitration => dispute.escalate(now)?,
            Advance::Won => {
                let change = dispute.win(now)?;
                if change == Change::Applied {
                    money::settle(unit, dispute)?;
                }
                change
            }
            Advance::Lost => self.lose(unit, dispute)?,
        })
    }

    fn lose(&self, unit: &mut Unit<'_>, dispute: &mut Dispute) -> Result<Change, CommandError> {
        let now = unit.now();
        let (change, back) = dispute.lose(now)?;
        if !back.is_positive() {
            return Ok(change);
        }
        let missing = |what: &str| CommandError::Internal(format!("the {what} is gone"));
        let card = unit.tx.find_card(self.card)?.ok_or_else(|| missing("card"))?;
        let found = unit.tx.find_authorization(self.authorization)?;
        let mut authorization = found.ok_or_else(|| missing("authorization"))?;
        authorization.uncredit(back, now)?;
        unit.tx.save_authorization(authorization)?;
        money::take_back(unit, &card, dispute, back)?;
        Ok(change)
    }

    /// Subscribers hear of four moments; pre-arbitration is none of them.
    const fn trace(&self) -> (Option<EventType>, &'static str) {
        match self.to {
            Advance::Responded => (Some(EventType::DisputeResponded), "dispute.responded"),
            Advance::PreArbitration => (None, "dispute.escalated"),
            Advance::Won => (Some(EventType::DisputeWon), "dispute.won"),
            Advance::Lost => (Some(EventType::DisputeLost), "dispute.lost"),
        }
    }
}
