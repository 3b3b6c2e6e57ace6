//! Which idempotency keys are at work in this process: a duplicate that cannot wait until the first
//! is done is told so, and not that the service is out of order.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use cardium_app::CommandError;
use cardium_kernel::{ErrorCode, Problem};

use crate::call::Outcome;

/// The keys at work, each with the number of requests that carry it.
#[derive(Debug, Default)]
pub struct Flights(Mutex<HashMap<u128, usize>>);

/// A request with a key at work, until it is dropped.
pub struct Flight {
    flights: Arc<Flights>,
    key: u128,
    /// Whether another request was there first.
    follows: bool,
}

impl Flights {
    /// Notes a request with this key.
    pub fn begin(self: &Arc<Self>, key: u128) -> Flight {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = keys.entry(key).or_insert(0);
        *count = count.saturating_add(1);
        Flight { flights: Arc::clone(self), key, follows: *count > 1 }
    }

    fn count(&self, key: u128) -> usize {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.get(&key).copied().unwrap_or(0)
    }
}

impl Flight {
    /// The same outcome, unless the request only waited in vain for the one before it.
    pub fn explain(&self, outcome: Outcome) -> Outcome {
        let gave_up = matches!(&outcome, Err(CommandError::Problem(problem))
            if problem.code == ErrorCode::ServiceUnavailable);
        if !(gave_up && self.follows && self.flights.count(self.key) > 1) {
            return outcome;
        }
        let message = "A request with the same Idempotency-Key is not done yet. Try again shortly.";
        let code = ErrorCode::IdempotencyInProgress;
        Err(Problem::field(code, crate::idempotency::HEADER, message).into())
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        let mut keys = self.flights.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = keys.get_mut(&self.key) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                keys.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(outcome: Outcome) -> ErrorCode {
        match outcome {
            Err(CommandError::Problem(problem)) => problem.code,
            other => panic!("{other:?}"),
        }
    }

    fn out_of_order() -> Outcome {
        Err(Problem::new(ErrorCode::ServiceUnavailable, "Try again.").into())
    }

    #[test]
    fn only_a_duplicate_of_a_request_at_work_is_told_so() {
        let flights = Arc::new(Flights::default());
        let (first, second, other) = (flights.begin(1), flights.begin(1), flights.begin(2));
        assert_eq!(code(first.explain(out_of_order())), ErrorCode::ServiceUnavailable);
        assert_eq!(code(other.explain(out_of_order())), ErrorCode::ServiceUnavailable);
        assert_eq!(code(second.explain(out_of_order())), ErrorCode::IdempotencyInProgress);
        let refused = Err(Problem::not_found("card").into());
        assert_eq!(code(second.explain(refused)), ErrorCode::ResourceNotFound);
        drop(first);
        assert_eq!(code(second.explain(out_of_order())), ErrorCode::ServiceUnavailable);
        drop((second, other));
        assert!(flights.0.lock().unwrap().is_empty());
    }
}
