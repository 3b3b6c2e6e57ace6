use crate::DeclineReason;

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $unit:ident;)+) => {
        /// What a check is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Rule {
            $($(#[$doc])* $name,)+
        }

        impl Rule {
            /// All rules.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The rule's word on the wire and in storage.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }

            /// What its figures count.
            #[must_use]
            pub const fn unit(self) -> Unit {
                match self {
                    $(Self::$name => Unit::$unit,)+
                }
            }

            /// The rule with this word.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|rule| rule.as_str() == text)
            }
        }
    };
}

/// What the figures of a check count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// It has none.
    None,
    /// Transactions, or tries.
    Count,
    /// Minor units of the billing currency.
    Money,
}

rules! {
    /// The card is active.
    CardState = "card_state", None;
    /// The card's expiry month is not over.
    CardExpiry = "card_expiry", None;
    /// The message names the card's expiry.
    ExpiryDate = "expiry_date", None;
    /// The CVV2 may still be tried.
    CvvTries = "cvv_tries", Count;
    /// The CVV2 is right.
    Cvv = "cvv", None;
    /// The controls let the card spend until later.
    ControlsExpiry = "controls_expiry", None;
    /// The channel.
    Channel = "channel", None;
    /// The merchant's country.
    Country = "country", None;
    /// The merchant's category.
    Mcc = "mcc", None;
    /// The merchant itself.
    Merchant = "merchant", None;
    /// The mandate of the agent that issued the card holds.
    AgentMandate = "agent_mandate", None;
    /// The merchant's category, under the agent's mandate.
    AgentMcc = "agent_mandate_mcc", None;
    /// The merchant itself, under the agent's mandate.
    AgentMerchant = "agent_mandate_merchant", None;
    /// A single-use card is unused.
    SingleUse = "single_use", Count;
    /// The amount can be held.
    Amount = "amount", None;
    /// The product's bound for one transaction.
    ProductTransaction = "product_transaction_amount", Money;
    /// The product's bound for a month.
    ProductMonthly = "product_monthly_amount", Money;
    /// The bound of the agent's mandate for one transaction.
    AgentTransaction = "agent_mandate_transaction_amount", Money;
    /// The card's bound for one transaction.
    PerTransaction = "per_transaction_amount", Money;
    /// The card's bound for the day.
    DailyAmount = "daily_amount", Money;
    /// The card's bound for the week.
    WeeklyAmount = "weekly_amount", Money;
    /// The card's bound for the month.
    MonthlyAmount = "monthly_amount", Money;
    /// The card's bound for all its life.
    LifetimeAmount = "lifetime_amount", Money;
    /// Transactions in the day.
    DailyCount = "daily_count", Count;
    /// Transactions in the week.
    WeeklyCount = "weekly_count", Count;
    /// Transactions in the month.
    MonthlyCount = "monthly_count", Count;
    /// Transactions in all.
    LifetimeCount = "lifetime_count", Count;
    /// The authorization may be raised once more.
    Increments = "increments", Count;
    /// The card has the money.
    Funds = "available_funds", Money;
    /// The operator's decision endpoint.
    Hook = "decision_hook", None;
}

impl Rule {
    /// Why a request above the rule's bound is declined.
    #[must_use]
    pub const fn limit_reason(self) -> DeclineReason {
        match self {
            Self::ProductTransaction => DeclineReason::ProductTransactionLimit,
            Self::ProductMonthly => DeclineReason::ProductMonthlyLimit,
            Self::PerTransaction => DeclineReason::TransactionLimit,
            Self::DailyAmount => DeclineReason::DailyLimit,
            Self::WeeklyAmount => DeclineReason::WeeklyLimit,
            Self::MonthlyAmount => DeclineReason::MonthlyLimit,
            Self::LifetimeAmount => DeclineReason::LifetimeLimit,
            Self::DailyCount => DeclineReason::DailyCount,
            Self::WeeklyCount => DeclineReason::WeeklyCount,
            Self::MonthlyCount => DeclineReason::MonthlyCount,
            Self::LifetimeCount => DeclineReason::LifetimeCount,
            Self::Increments => DeclineReason::TooManyIncrements,
            Self::SingleUse => DeclineReason::SingleUseSpent,
            Self::CvvTries => DeclineReason::CvvTriesExceeded,
            Self::Cvv => DeclineReason::CvvMismatch,
            Self::CardState => DeclineReason::CardFrozen,
            Self::CardExpiry => DeclineReason::CardExpired,
            Self::ExpiryDate => DeclineReason::ExpiryMismatch,
            Self::ControlsExpiry => DeclineReason::ControlsExpired,
            Self::Channel => DeclineReason::ChannelBlocked,
            Self::Country => DeclineReason::CountryBlocked,
            Self::Mcc => DeclineReason::MccBlocked,
            Self::Merchant => DeclineReason::MerchantBlocked,
            Self::AgentMandate => DeclineReason::AgentMandateOver,
            Self::AgentMcc => DeclineReason::AgentMccBlocked,
            Self::AgentMerchant => DeclineReason::AgentMerchantBlocked,
            Self::AgentTransaction => DeclineReason::AgentTransactionLimit,
            Self::Amount => DeclineReason::InvalidAmount,
            Self::Funds => DeclineReason::InsufficientFunds,
            Self::Hook => DeclineReason::HookDeclined,
        }
    }
}

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing stands in the way.
    Passed,
    /// It would decline on its own, for this reason.
    Failed(DeclineReason),
}

/// One check with its figures, where it has any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// What it is about.
    pub rule: Rule,
    /// What came of it.
    pub verdict: Verdict,
    /// The bound, what counts towards it already, and what the request adds, in the rule's unit.
    pub figures: Option<(i64, i64, i64)>,
}

/// The checks of a decision, in the order of their precedence.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trace(Vec<Check>);

impl Trace {
    /// A trace of these checks.
    #[must_use]
    pub const fn new(checks: Vec<Check>) -> Self {
        Self(checks)
    }

    /// The checks.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.0
    }

    /// Why the first check that failed declines; none where all passed.
    #[must_use]
    pub fn reason(&self) -> Option<DeclineReason> {
        self.0.iter().find_map(|check| match check.verdict {
            Verdict::Passed => None,
            Verdict::Failed(reason) => Some(reason),
        })
    }

    pub(super) fn note(&mut self, rule: Rule, failed: Option<DeclineReason>) {
        self.0.push(Check { rule, verdict: verdict(failed), figures: None });
    }

    pub(super) fn counted(
        &mut self,
        rule: Rule,
        figures: (i64, i64, i64),
        failed: Option<DeclineReason>,
    ) {
        self.0.push(Check { rule, verdict: verdict(failed), figures: Some(figures) });
    }

    /// One line a check for storage: rule, reason or `-`, and its figures.
    #[must_use]
    pub fn to_text(&self) -> String {
        let line = |check: &Check| {
            let reason = match check.verdict {
                Verdict::Passed => "-",
                Verdict::Failed(reason) => reason.as_str(),
            };
            match check.figures {
                None => format!("{} {reason}\n", check.rule.as_str()),
                Some((limit, used, requested)) => {
                    format!("{} {reason} {limit} {used} {requested}\n", check.rule.as_str())
                }
            }
        };
        self.0.iter().map(line).collect()
    }

    /// Reads what [`Self::to_text`] wrote; `None` for anything else.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        text.lines().map(read_check).collect::<Option<Vec<_>>>().map(Self)
    }
}

fn verdict(failed: Option<DeclineReason>) -> Verdict {
    failed.map_or(Verdict::Passed, Verdict::Failed)
}

fn read_check(line: &str) -> Option<Check> {
    let mut words = line.split_whitespace();
    let rule = Rule::parse(words.next()?)?;
    let verdict = match words.next()? {
        "-" => Verdict::Passed,
        word => Verdict::Failed(DeclineReason::parse(word)?),
    };
    let numbers = words.map(|word| word.parse().ok()).collect::<Option<Vec<i64>>>()?;
    let figures = match numbers.as_slice() {
        [] => None,
        [limit, used, requested] => Some((*limit, *used, *requested)),
        _ => return None,
    };
    Some(Check { rule, verdict, figures })
}
