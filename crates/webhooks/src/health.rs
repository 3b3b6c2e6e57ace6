//! When an endpoint that fails is warned of, and when it is disabled.
//!
//! Invariants: it is warned of once each time it begins to fail; it is disabled only after a
//! warning, and its owner then has had the whole time between the two. An endpoint that nothing is
//! tried at is not failing, however long ago its last attempt failed. Deliberately absent: who
//! notes since when it fails (whoever records attempts), and whom the warning reaches.

use std::time::Duration;

use cardium_kernel::Timestamp;

use crate::{DisabledBy, Endpoint, EndpointStatus};

/// How long an endpoint may fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Before its owner is warned.
    pub warn_after: Duration,
    /// Before it is disabled; longer than that.
    pub disable_after: Duration,
}

impl Default for Patience {
    /// What the settings say unless they are changed: two days and five.
    fn default() -> Self {
        let hours = |hours: u64| Duration::from_secs(hours.saturating_mul(3_600));
        Self { warn_after: hours(48), disable_after: hours(120) }
    }
}

/// That every attempt at an endpoint has failed for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failing {
    /// When the first of these attempts was made.
    pub since: Timestamp,
    /// When its owner was told, if that was so.
    pub warned_at: Option<Timestamp>,
    /// When it is disabled unless an attempt succeeds.
    pub disables_at: Timestamp,
}

/// An endpoint with what its lane says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointView {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// That it fails, if it does.
    pub failing: Option<Failing>,
}

/// What becomes of an endpoint that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Its owner is warned.
    Warn,
    /// It is disabled.
    Disable,
}

impl EndpointView {
    /// An endpoint and since when its lane fails. Nothing is sent to a disabled one, so it does
    /// not fail.
    #[must_use]
    pub fn new(endpoint: Endpoint, failing_since: Option<Timestamp>, patience: Patience) -> Self {
        let enabled = endpoint.status == EndpointStatus::Enabled;
        let since = failing_since.filter(|_| enabled);
        let failing = since.map(|since| endpoint.failing(since, patience));
        Self { endpoint, failing }
    }

    /// An endpoint that does not fail.
    #[must_use]
    pub const fn sound(endpoint: Endpoint) -> Self {
        Self { endpoint, failing: None }
    }
}

impl Endpoint {
    fn failing(&self, since: Timestamp, patience: Patience) -> Failing {
        // A warning from before this failure was about another one.
        let warned_at = self.warned_at.filter(|at| *at >= since);
        let grace = patience.disable_after.saturating_sub(patience.warn_after);
        let earliest = since.after(patience.disable_after);
        let disables_at = warned_at.map_or(earliest, |at| earliest.max(at.after(grace)));
        Failing { since, warned_at, disables_at }
    }

    /// Warns its owner or disables it, as it is time; `since` is when the lane began to fail.
    pub fn judge(
        &mut self,
        since: Option<Timestamp>,
        patience: Patience,
        now: Timestamp,
    ) -> Option<Verdict> {
        let since = since.filter(|_| self.status == EndpointStatus::Enabled)?;
        let failing = self.failing(since, patience);
        if failing.warned_at.is_none() {
            let late = now >= since.after(patience.warn_after);
            return late.then(|| self.warn(now));
        }
        (now >= failing.disables_at).then(|| self.give_up(now))
    }

    fn warn(&mut self, now: Timestamp) -> Verdict {
        self.warned_at = Some(now);
        self.touch(now);
        Verdict::Warn
    }

    fn give_up(&mut self, now: Timestamp) -> Verdict {
        self.turn(EndpointStatus::Disabled, DisabledBy::Failures);
        self.touch(now);
        Verdict::Disable
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::picky as endpoint;

    const HOUR: u64 = 3_600;
    const PATIENCE: Patience = Patience {
        warn_after: Duration::from_secs(48 * HOUR),
        disable_after: Duration::from_secs(120 * HOUR),
    };

    fn at(hours: u64) -> Timestamp {
        Timestamp::EPOCH.after(Duration::from_secs(hours * HOUR))
    }

    #[test]
    fn a_failing_endpoint_is_warned_of_once_and_then_disabled() {
        let mut endpoint = endpoint();
        let mut verdicts = Vec::new();
        for hour in 0..=200 {
            if let Some(verdict) = endpoint.judge(Some(at(1)), PATIENCE, at(hour)) {
                verdicts.push((hour, verdict));
            }
        }
        assert_eq!(verdicts, [(49, Verdict::Warn), (121, Verdict::Disable)]);
        assert_eq!(endpoint.status, EndpointStatus::Disabled);
        assert_eq!(endpoint.disabled_by, Some(DisabledBy::Failures));
        assert_eq!((endpoint.version, endpoint.updated_at), (3, at(121)));
        assert_eq!(EndpointView::new(endpoint, Some(at(1)), PATIENCE).failing, None);
    }

    #[test]
    fn an_owner_who_is_warned_late_has_as_long() {
        let mut endpoint = endpoint();
        assert_eq!(endpoint.judge(Some(at(0)), PATIENCE, at(500)), Some(Verdict::Warn));
        let view = EndpointView::new(endpoint.clone(), Some(at(0)), PATIENCE);
        let failing = view.failing.unwrap();
        assert_eq!((failing.warned_at, failing.disables_at), (Some(at(500)), at(572)));
        assert_eq!(endpoint.judge(Some(at(0)), PATIENCE, at(571)), None);
        assert_eq!(endpoint.judge(Some(at(0)), PATIENCE, at(572)), Some(Verdict::Disable));
    }

    #[test]
    fn a_new_failure_is_a_new_warning() {
        let mut endpoint = endpoint();
        endpoint.judge(Some(at(0)), PATIENCE, at(48));
        assert_eq!(endpoint.judge(None, PATIENCE, at(300)), None);
        let view = EndpointView::new(endpoint.clone(), Some(at(299)), PATIENCE);
        assert_eq!(view.failing.unwrap().warned_at, None);
        assert_eq!(endpoint.judge(Some(at(299)), PATIENCE, at(300)), None);
        assert_eq!(endpoint.judge(Some(at(299)), PATIENCE, at(347)), Some(Verdict::Warn));
    }

    proptest! {
        /// Whenever somebody looks: never disabled without a warning that is old enough.
        #[test]
        fn nobody_is_disabled_unwarned(mut looks in proptest::collection::vec(0_u64..400, 0..20)) {
            looks.sort_unstable();
            let (mut endpoint, mut warned) = (endpoint(), None);
            for hour in looks {
                match endpoint.judge(Some(at(10)), PATIENCE, at(hour)) {
                    Some(Verdict::Warn) => {
                        prop_assert!(warned.is_none() && hour >= 58);
                        warned = Some(hour);
                    }
                    Some(Verdict::Disable) => {
                        prop_assert!(hour >= 130 && warned.is_some_and(|at| hour >= at + 72));
                    }
                    None => {}
                }
            }
        }
    }
}
